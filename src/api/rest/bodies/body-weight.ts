/** What a body takes of the room that there is for bodies. */
import { BODY_PARTS_MAX } from '../../../gateway/reading/read-call';
import { bytesOf, type Form } from '../../../kernel/form';
import { partsIn } from '../../../kernel/json-members';

/**
 * Beside its own bytes. Measured: an object, a list or a member takes up to a hundred bytes when it has been read, and the shortest are of
 * three; a byte of a text takes up to seven.
 */
const PART_BYTES = 16;
/** Of shorter ones no part is looked at: a call takes more memory than they do. */
const LOOKED_AT_BYTES = 4 * 1024;

/** In bytes of a text that has no parts. Files are not read into words. Measured: a form takes a third of what JSON of its size takes. */
export function weightOf(body: Buffer | Form | string | null | undefined): number {
  if (!body) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (!Buffer.isBuffer(body)) return Math.ceil(bytesOf(body) / 3);
  if (body.length <= LOOKED_AT_BYTES) return body.length;
  // No byte of a longer character looks like a part, or like a quote.
  return body.length + PART_BYTES * partsIn(body.toString('latin1'), BODY_PARTS_MAX);
}
