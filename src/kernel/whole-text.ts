/**
 * A place in a list or a stream as opaque text, such as clients keep and send back. It is read whole or not at all: a part of it would
 * often be another place, from which a client would be told again what it knows, or not what it lacks.
 */

/** Begins and ends what has a check, and no place. Older texts have none, and are taken as they come. */
const MARK = '~';
const CHECKED = /^~([0-9a-f]{8})\n(.*)~$/s;

/** `place` has characters of one byte alone. */
export function wholeText(place: string): string {
  return encoded(`${MARK}${checkOf(place)}\n${place}${MARK}`);
}

/** The place; null: it is not what `wholeText` gave, or not all of it. */
export function placeIn(text: string): string | null {
  const read = Buffer.from(text, 'base64url').toString('latin1');
  // The decoder passes over characters that it does not know.
  if (encoded(read) !== text) return null;
  if (!read.startsWith(MARK) && !read.endsWith(MARK)) return read;
  const [, check, place] = CHECKED.exec(read) ?? [];
  return place !== undefined && checkOf(place) === check ? place : null;
}

function encoded(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64url');
}

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a: against slips, not against whoever makes one up, who could as well ask for that place. */
function checkOf(place: string): string {
  let check = BASIS;
  for (let at = 0; at < place.length; at += 1) check = Math.imul(check ^ place.charCodeAt(at), PRIME);
  return (check >>> 0).toString(16).padStart(8, '0');
}
