/**
 * Lets providers say `100 Continue` although nobody waits for it, as HTTP has them (RFC 9110, 15.2). The HTTP client takes that for a
 * broken answer, and passes over every other interim one, before or behind it: so it is shown `102 Processing`.
 */
import type { Duplex } from 'node:stream';

/** Of what is no answer yet: 100 to 199. */
const INTERIM = Buffer.from('HTTP/1.1 1');
const STATUS_LENGTH = 'HTTP/1.1 100'.length;
const CONTINUE = '00';
const SHOWN_FOR_IT = '02';
const END_OF_HEAD = '\r\n\r\n';
/** Behind one request. Far more than any provider tells, and each takes the time of every other call. */
const INTERIM_MAX = 1_000;
/** The client bounds the headers of a head, and not the words for its status, each byte of which takes the time of every other call. */
const HEAD_BYTES_MAX = 32 * 1024;
const LINE_END = 0x0a;
const NOTHING = Buffer.alloc(0);

/**
 * The same connection, which is destroyed where interim answers do not end. Only the beginning of an answer is looked at: what comes behind
 * a request, and not what an answer says.
 */
export function takingContinue<Connection extends Duplex>(connection: Connection): Connection {
  const heads = new Heads();
  const { read, write } = connection;
  return Object.assign(connection, {
    write(...what: unknown[]): boolean {
      heads.requested();
      return (write as (...what: unknown[]) => boolean).apply(connection, what);
    },
    read(size?: number): unknown {
      for (;;) {
        const bytes: unknown = read.call(connection, size);
        const shown = Buffer.isBuffer(bytes) ? heads.shown(bytes) : bytes;
        const { endless } = heads;
        if (endless !== null) {
          connection.destroy(new Error(`${endless} not end`));
          return null;
        }
        if (shown !== null || bytes === null) return shown;
      }
    },
  });
}

/** Where a connection stands: before a head, within an interim one, or behind the one that is the answer's own. */
class Heads {
  /** Since the last request. */
  private interim = 0;
  /** Of the head that came last, as far as it was looked at. */
  private headBytes = 0;
  /** `status`: in the first line of the answer's own head. */
  private place: 'before' | 'within' | 'status' | 'behind' = 'behind';
  /** Before a head: the beginning of one that may be interim, kept back. Within: what was shown last, and may begin its end. */
  private rest = NOTHING;

  private get isBehind(): boolean {
    return this.place === 'behind';
  }

  /** What is too much of it; null: nothing. */
  get endless(): string | null {
    if (this.interim > INTERIM_MAX) return 'interim answers do';
    return this.headBytes > HEAD_BYTES_MAX ? 'a head does' : null;
  }

  requested(): void {
    if (!this.isBehind) return;
    this.interim = 0;
    this.place = 'before';
  }

  /** The bytes as the client may see them; null: more have to come first. */
  shown(bytes: Buffer): Buffer | null {
    if (this.isBehind) return bytes;
    const all = this.place === 'before' && this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    let at = 0;
    while (!this.isBehind && at < all.length && this.endless === null) {
      at = this.next(all, at);
      if (at < 0) return all.length === this.rest.length ? null : all.subarray(0, all.length - this.rest.length);
    }
    return all;
  }

  /** Where to go on; less than 0: it is not known yet what the last bytes are. */
  private next(all: Buffer, at: number): number {
    if (this.place === 'status') return this.endOfStatus(all, at);
    return this.place === 'within' ? this.endOfHead(all, at) : this.beginningOfHead(all, at);
  }

  private beginningOfHead(all: Buffer, at: number): number {
    const seen = all.subarray(at, at + STATUS_LENGTH);
    const mayBeOne = INTERIM.subarray(0, seen.length).equals(seen.subarray(0, INTERIM.length));
    this.rest = mayBeOne && seen.length < STATUS_LENGTH ? Buffer.from(seen) : NOTHING;
    if (this.rest.length > 0) return -1;
    this.place = mayBeOne ? 'within' : 'status';
    this.headBytes = 0;
    if (mayBeOne) this.interim += 1;
    const digits = mayBeOne ? at + INTERIM.length : all.length;
    if (all.toString('latin1', digits, at + STATUS_LENGTH) === CONTINUE) all.write(SHOWN_FOR_IT, digits, 'latin1');
    return at;
  }

  private endOfHead(all: Buffer, at: number): number {
    const seen = Buffer.concat([this.rest, all.subarray(at)]);
    const end = seen.indexOf(END_OF_HEAD);
    this.headBytes += all.length - at;
    if (end < 0) {
      this.rest = seen.subarray(1 - END_OF_HEAD.length);
      return all.length;
    }
    const next = at + end + END_OF_HEAD.length - this.rest.length;
    this.rest = NOTHING;
    this.place = 'before';
    this.headBytes = 0;
    return next;
  }

  private endOfStatus(all: Buffer, at: number): number {
    const end = all.indexOf(LINE_END, at);
    if (end >= 0) this.place = 'behind';
    else this.headBytes += all.length - at;
    return all.length;
  }
}
