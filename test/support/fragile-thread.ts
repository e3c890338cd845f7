/** The thread of the embedded ledger, which dies or hangs as a test wants it. */
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { LedgerReply, LedgerRequest } from '../../src/storage/ledger/sqlite/sqlite-messages';
import { startWorker } from '../../src/storage/ledger/sqlite/sqlite-thread';

/** `before`: the thread dies before it reads the next write. `after`: it carries it out, and dies with the answer. A promise: it reads it then. */
export type Fate = 'before' | 'after' | Promise<void>;

/** The real thread, with somebody at the door. */
class FragileThread extends EventEmitter {
  private readonly worker: Worker;
  private dead = false;

  constructor(
    file: string,
    private readonly fateOf: (request: LedgerRequest) => Fate | undefined,
  ) {
    super();
    this.worker = startWorker(file);
    this.worker.on('message', (reply: LedgerReply) => this.reply(reply));
    this.worker.on('error', (error) => this.emit('error', error));
    this.worker.once('exit', () => this.emit('exit'));
  }

  private readonly fatal = new Set<number>();

  postMessage(request: LedgerRequest): void {
    const fate = this.fateOf(request);
    if (fate === 'before') this.die();
    else if (fate === 'after') this.fatal.add(request.id);
    if (fate instanceof Promise) void fate.then(() => this.worker.postMessage(request));
    else if (fate !== 'before') this.worker.postMessage(request);
  }

  private reply(reply: LedgerReply): void {
    if (this.fatal.has(reply.id)) this.die();
    else if (!this.dead) this.emit('message', reply);
  }

  private die(): void {
    this.dead = true;
    void this.worker.terminate();
  }
}

/** To be started in the place of the ledger's own; `fateOfWrite` says what becomes of its next write. */
export function fragileThread(file: string, fateOfWrite: () => Fate | undefined): Worker {
  const fateOf = ({ call }: LedgerRequest) => (call.call === 'write' ? fateOfWrite() : undefined);
  return new FragileThread(file, fateOf) as unknown as Worker;
}
