/**
 * The calling side of the ledger's thread. A thread that dies is started again after a pause, and gets the writes once more
 * whose answers died with it: it finds by their ids which of them were carried out.
 */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { invariant } from '../../../kernel/invariant';
import { errorOf, unavailable } from './sqlite-errors';
import type { LedgerAnswers, LedgerCall, LedgerReply } from './sqlite-messages';

interface Waiting {
  readonly id: number;
  readonly call: LedgerCall;
  readonly resolve: (answer: LedgerAnswers[keyof LedgerAnswers]) => void;
  readonly reject: (error: unknown) => void;
  /** Threads that died over it. */
  losses: number;
}

/** Pauses before a new thread: doubled with each that dies without having answered once. */
const RESTART_MIN_MS = 250;
const RESTART_MAX_MS = 8_000;
/** A write that takes every thread with it must not keep the others. */
const LOSSES_MAX = 3;

export interface ThreadOptions {
  /** The database. */
  readonly file: string;
  /** Called with each thread that is lost. */
  readonly onLost?: (error: Error) => void;
  readonly start?: (file: string) => Worker;
}

export class SqliteThread {
  /** In the order of the calls, which is that of the replies. */
  private waiting: Waiting[] = [];
  /** Null between the end of a thread and the start of the next. */
  private worker: Worker | null = null;
  private lost = new Error('The ledger thread has ended.');
  private pauseMs = RESTART_MIN_MS;
  private timer: NodeJS.Timeout | undefined;
  private nextId = 0;
  private closed = false;
  private exited: Promise<void> = Promise.resolve();

  constructor(private readonly options: ThreadOptions) {
    this.start();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * A write that was handed over is answered even when the thread dies over it, by a later one: unless three died of it.
   * @throws Fault `temporarily_unavailable` when the database or its thread is in trouble; other errors are the item's own
   */
  call<K extends LedgerCall['call']>(call: Extract<LedgerCall, { call: K }>): Promise<LedgerAnswers[K]> {
    const { worker } = this;
    if (worker === null || this.closed) return Promise.reject(unavailable(this.lost));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.push({ id, call, resolve: resolve as Waiting['resolve'], reject, losses: 0 });
      worker.postMessage({ id, call });
    });
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    const closing = this.worker === null || this.closed ? null : this.call<'close'>({ call: 'close' });
    this.closed = true;
    clearTimeout(this.timer);
    try {
      await closing;
    } finally {
      await this.exited;
      this.refuse(() => true);
    }
  }

  private start(): void {
    const worker = (this.options.start ?? startWorker)(this.options.file);
    this.worker = worker;
    worker.on('message', (reply: LedgerReply) => this.take(reply));
    worker.on('error', (error) => {
      this.lost = error;
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.lose();
        resolve();
      });
    });
    for (const { id, call } of this.waiting) worker.postMessage({ id, call, again: true });
  }

  private take(reply: LedgerReply): void {
    const waiting = this.waiting.shift();
    invariant(waiting?.id === reply.id, 'the ledger thread answers in the order of the calls');
    this.pauseMs = RESTART_MIN_MS;
    if ('answer' in reply) waiting.resolve(reply.answer);
    else waiting.reject(errorOf(reply.error));
  }

  private lose(): void {
    this.worker = null;
    const [first] = this.waiting;
    if (first !== undefined) first.losses += 1;
    this.refuse(({ call, losses }) => this.closed || call.call !== 'write' || losses >= LOSSES_MAX);
    if (this.closed) return;
    this.options.onLost?.(this.lost);
    this.timer = setTimeout(() => this.start(), this.pauseMs);
    this.timer.unref();
    this.pauseMs = Math.min(this.pauseMs * 2, RESTART_MAX_MS);
  }

  private refuse(which: (waiting: Waiting) => boolean): void {
    const refused = this.waiting.filter(which);
    this.waiting = this.waiting.filter((each) => !refused.includes(each));
    for (const { reject } of refused) reject(unavailable(this.lost));
  }
}

/** From TypeScript, as in tests, the thread needs the compiler's hook; compiled, it is one script among the others. */
export function startWorker(file: string): Worker {
  const extension = extname(__filename);
  const hook = join(__dirname, '..', '..', '..', '..', 'scripts', 'register.cjs');
  return new Worker(join(__dirname, `sqlite-worker${extension}`), {
    workerData: { file },
    execArgv: extension === '.ts' ? ['-r', hook] : [],
  });
}
