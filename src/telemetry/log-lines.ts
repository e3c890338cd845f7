/**
 * Where a log goes: a descriptor that is written beside everything else. What it does not take is lost, and nothing else with it: a
 * terminal may be closed, and a disk be full. The destination of the library ends the process then, and waits for ever to write the rest.
 */
import { write, writeSync } from 'node:fs';

/** So many characters wait for one that is slow. */
const WAITING_MAX = 4 * 1024 * 1024;
const AGAIN_MS = 100;
const NOTHING = Buffer.alloc(0);

export class LogLines {
  private waiting = '';
  private busy = false;

  constructor(private readonly fd: number) {
    process.once('exit', () => this.writeRest());
  }

  write(line: string): void {
    if (this.waiting.length > WAITING_MAX) return;
    this.waiting += line;
    if (!this.busy) this.send(this.taken());
  }

  private taken(): Buffer {
    const bytes = Buffer.from(this.waiting);
    this.waiting = '';
    return bytes;
  }

  private send(bytes: Buffer): void {
    this.busy = true;
    write(this.fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.send(bytes), AGAIN_MS);
      else this.sent(error === null ? bytes.subarray(written) : NOTHING);
    });
  }

  private sent(rest: Buffer): void {
    const next = rest.length > 0 ? rest : this.taken();
    if (next.length > 0) this.send(next);
    else this.busy = false;
  }

  /** Nothing can wait any more. */
  private writeRest(): void {
    try {
      for (let bytes = this.taken(); bytes.length > 0; ) bytes = bytes.subarray(writeSync(this.fd, bytes));
    } catch {
      // There is nobody left who could be told.
    }
  }
}
