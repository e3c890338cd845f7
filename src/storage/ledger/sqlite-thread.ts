/** The calling side of the ledger's thread. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '../../kernel/fault';
import { UnwritableItem } from './prepare';
import type { ErrorWords, LedgerAnswers, LedgerCall, LedgerReply } from './sqlite-messages';

interface Waiting {
  readonly resolve: (answer: LedgerAnswers[keyof LedgerAnswers]) => void;
  readonly reject: (error: unknown) => void;
}

/** What the database says when the item is at fault; everything else is the database's own trouble. */
const AT_FAULT_ITSELF = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE|ERROR)/;

export class SqliteThread {
  private readonly waiting = new Map<number, Waiting>();
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private nextId = 0;
  private lost: Error | null = null;

  constructor(file: string) {
    this.worker = startWorker(file);
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.worker.on('message', (reply: LedgerReply) => this.take(reply));
    this.worker.on('error', (error) => this.lose(error));
    this.worker.on('exit', () => this.lose(new Error('The ledger thread has ended.')));
  }

  /** @throws Fault `temporarily_unavailable` when the database or its thread is in trouble; other errors are the item's own */
  call<K extends LedgerCall['call']>(call: Extract<LedgerCall, { call: K }>): Promise<LedgerAnswers[K]> {
    if (this.lost !== null) return Promise.reject(unavailable(this.lost));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.worker.postMessage({ id, call });
    });
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    if (this.lost === null) await this.call<'close'>({ call: 'close' });
    await this.exited;
  }

  private take(reply: LedgerReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('answer' in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(errorOf(reply.error));
  }

  private lose(error: Error): void {
    this.lost ??= error;
    for (const { reject } of this.waiting.values()) reject(unavailable(this.lost));
    this.waiting.clear();
  }
}

/** From TypeScript, as in tests, the thread needs the compiler's hook; compiled, it is one script among the others. */
function startWorker(file: string): Worker {
  const extension = extname(__filename);
  const hook = join(__dirname, '..', '..', '..', 'scripts', 'register.cjs');
  return new Worker(join(__dirname, `sqlite-worker${extension}`), {
    workerData: { file },
    execArgv: extension === '.ts' ? ['-r', hook] : [],
  });
}

function errorOf({ name, message, code }: ErrorWords): Error {
  if (name === 'UnwritableItem') return new UnwritableItem(message);
  const error = Object.assign(new Error(message), { code });
  return code === null || AT_FAULT_ITSELF.test(code) ? error : unavailable(error);
}

function unavailable(cause: Error): Fault {
  return new Fault('temporarily_unavailable', 'The ledger cannot be written now.', { cause });
}
