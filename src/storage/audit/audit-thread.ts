/** The calling side of the audit's thread. It is started when it is first needed, and never keeps the process alive. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../kernel/clock';
import { Fault } from '../../kernel/fault';
import type { Log } from '../../kernel/log';
import type { LedgerVerification, LedgerVerifier } from '../../ledger/audit/verification';
import type { DatabaseLocation } from '../data-source';
import type { AuditAnswers, AuditCall, AuditReply } from './audit-messages';
import type { SealedBlock, SealRange } from './seal-batches';

export interface AuditThreadParts {
  readonly location: DatabaseLocation;
  readonly clock: Clock;
  readonly log: Log;
}

interface Waiting {
  readonly resolve: (answer: AuditAnswers[keyof AuditAnswers]) => void;
  readonly reject: (error: unknown) => void;
}

/** They are done one after the other: whoever would wait for more than these is sent away. */
const VERIFICATIONS_MAX = 8;

export class AuditThread implements LedgerVerifier {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  /** By wallet: whoever asks for the same one meanwhile gets the same answer. */
  private readonly verifications = new Map<string, Promise<LedgerVerification>>();
  private nextId = 0;
  private closed = false;

  constructor(private readonly parts: AuditThreadParts) {}

  verify(walletId: string): Promise<LedgerVerification> {
    const running = this.verifications.get(walletId);
    if (running !== undefined) return running;
    if (this.verifications.size >= VERIFICATIONS_MAX) {
      return Promise.reject(new Fault('temporarily_unavailable', 'Many wallets are being verified now.'));
    }
    const verification = this.ask<'verify'>({ call: 'verify', walletId, at: this.parts.clock.now() }).catch((cause: unknown) => {
      this.parts.log.error({ err: cause, walletId }, 'a wallet could not be verified');
      throw new Fault('temporarily_unavailable', 'The ledger cannot be read now.', { cause });
    });
    this.verifications.set(walletId, verification);
    const done = () => void this.verifications.delete(walletId);
    verification.then(done, done);
    return verification;
  }

  /** Seals the oldest batches of the range that are not sealed yet; null when there are none. @throws what the database said */
  seal(range: SealRange): Promise<SealedBlock | null> {
    return this.ask<'seal'>({ call: 'seal', range, at: this.parts.clock.now() });
  }

  /** Adds the oldest batches that are not in the sums of usage yet. @returns how many @throws what the database said */
  rollUp(): Promise<number> {
    return this.ask<'rollUp'>({ call: 'rollUp' });
  }

  /** Ends the thread, whatever it is doing: it writes in transactions only. */
  async close(): Promise<void> {
    this.closed = true;
    await this.worker?.terminate();
  }

  private ask<K extends AuditCall['call']>(call: Extract<AuditCall, { call: K }>): Promise<AuditAnswers[K]> {
    if (this.closed) return Promise.reject(new Error('The audit thread has ended.'));
    this.worker ??= this.start();
    const { worker } = this;
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ id, call });
    });
  }

  private start(): Worker {
    const worker = startWorker(this.parts.location);
    worker.unref();
    worker.on('message', (reply: AuditReply) => this.take(reply));
    worker.on('error', (error) => this.lose(worker, error));
    worker.on('exit', () => this.lose(worker, new Error('The audit thread has ended.')));
    return worker;
  }

  private take(reply: AuditReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('answer' in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(Object.assign(new Error(reply.error), { stack: reply.stack }));
  }

  /** The next call starts another one. */
  private lose(worker: Worker, error: Error): void {
    if (this.worker === worker) this.worker = null;
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
