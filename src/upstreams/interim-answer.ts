/**
 * Lets providers say `100 Continue` although nobody waits for it, as HTTP has them (RFC 9110, 15.2). The HTTP client takes that for a
 * broken answer, and passes over every other interim one: so it is shown `102 Processing`.
 */
import type { Duplex } from 'node:stream';

const CONTINUE = Buffer.from('HTTP/1.1 100');
const LAST_DIGIT = CONTINUE.length - 1;
const TWO = 0x32;
const END_OF_HEAD = '\r\n\r\n';

/** The same connection. Only the beginning of an answer is looked at: what comes behind a request, and not what an answer says. */
export function takingContinue<Connection extends Duplex>(connection: Connection): Connection {
  let headDue = false;
  const { read, write } = connection;
  return Object.assign(connection, {
    write(...what: unknown[]): boolean {
      headDue = true;
      return (write as (...what: unknown[]) => boolean).apply(connection, what);
    },
    read(size?: number): unknown {
      const bytes: unknown = read.call(connection, size);
      if (headDue && Buffer.isBuffer(bytes)) headDue = passOver(bytes);
      return bytes;
    },
  });
}

/** True when another head follows all that is there. */
function passOver(bytes: Buffer): boolean {
  let at = 0;
  while (bytes.subarray(at, at + CONTINUE.length).equals(CONTINUE)) {
    bytes[at + LAST_DIGIT] = TWO;
    const end = bytes.indexOf(END_OF_HEAD, at);
    if (end < 0) return false;
    at = end + END_OF_HEAD.length;
    if (at === bytes.length) return true;
  }
  return false;
}
