/** The calling side of a thread of the audit. It is started when it is first needed, and never keeps the process alive. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DatabaseLocation } from '../data-source';
import type { AuditAnswers, AuditCall, AuditReply } from './audit-messages';

interface Waiting {
  readonly resolve: (answer: AuditAnswers[keyof AuditAnswers]) => void;
  readonly reject: (error: unknown) => void;
}

/** What is asked of it is done one after the other. */
export class AuditLine {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private closed = false;

  constructor(
    private readonly location: DatabaseLocation,
    private readonly startThread = startWorker,
  ) {}

  /** @throws what the database said, or that the thread has ended */
  ask<K extends AuditCall['call']>(call: Extract<AuditCall, { call: K }>): Promise<AuditAnswers[K]> {
    if (this.closed) return Promise.reject(new Error('The audit thread has ended.'));
    this.worker ??= this.start();
    const { worker } = this;
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ id, call });
    });
  }

  /** Whoever waits hears that it has ended, and the next call starts another thread. */
  async giveUp(): Promise<void> {
    await this.worker?.terminate();
  }

  /** Ends the thread, whatever it is doing: it writes in transactions only. */
  async close(): Promise<void> {
    this.closed = true;
    await this.giveUp();
  }

  private start(): Worker {
    const worker = this.startThread(this.location);
    worker.on('message', (reply: AuditReply) => this.take(reply));
    worker.on('error', (error) => this.lose(worker, error));
    worker.on('exit', () => this.lose(worker, new Error('The audit thread has ended.')));
    // At last: whoever listens to its messages takes it back.
    worker.unref();
    return worker;
  }

  private take(reply: AuditReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('answer' in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(Object.assign(new Error(reply.error), { stack: reply.stack }));
  }

  /** The next call starts another one. Who dies of an error says so twice, and what waits by the second time is asked of the next. */
  private lose(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    for (const [id, { reject }] of this.waiting) {
      this.waiting.delete(id);
      reject(error);
    }
  }
}

/** From TypeScript, as in tests, the thread needs the compiler's hook; compiled, it is one script among the others. */
function startWorker(location: DatabaseLocation): Worker {
  const extension = extname(__filename);
  const hook = join(__dirname, '..', '..', '..', 'scripts', 'register.cjs');
  return new Worker(join(__dirname, `audit-worker${extension}`), {
    workerData: { location },
    execArgv: extension === '.ts' ? ['-r', hook] : [],
  });
}
