/** Words of somebody else in a message of ours: as many as tell what is meant, whatever was sent. */

const HIDDEN = '…';
const HIGH_SURROGATE = /[\uD800-\uDBFF]/;
/** As long as the longest name that is kept. */
const SHOWN_MAX = 200;

/** What a caller sent, as a message quotes it: every message that does goes through here. */
export function shown(sent: string): string {
  return clipped(sent, SHOWN_MAX);
}

/** At most `length` characters, without half a character at the end. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = HIGH_SURROGATE.test(text.charAt(length - 2));
  return text.slice(0, half ? length - 2 : length - 1) + HIDDEN;
}
