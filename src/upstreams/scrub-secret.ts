/**
 * Finds a secret in a text however it is written there: in another case, in base64 at any offset, in hex or percent codes, escaped,
 * with spaces, quotes or line ends between its characters, or a long part of it alone.
 */

/** Shorter secrets are words, and replacing them would garble the message. */
const SECRET_MIN = 6;
/** So many characters in a row of a secret are not there by chance. */
const FRAGMENT = 12;
/** What may stand between two characters of a text without anybody noticing. */
const BETWEEN = /[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff"'`\\+,]/;
const BASE64_OFFSETS = [0, 1, 2];

type Range = readonly [from: number, to: number];

/** Whether the secret stands in the text as it is. */
export function holdsSecret(text: string, secret: string): boolean {
  return secret.length >= SECRET_MIN && text.includes(secret);
}

/** The text with `hidden` in place of every occurrence. */
export function withoutSecret(text: string, secret: string, hidden: string): string {
  if (secret.length < SECRET_MIN) return text;
  const { letters, places } = condensed(text);
  const ranges = formsOf(secret).flatMap((form) => occurrences(letters, form, places));
  return ranges.length === 0 ? text : without(text, merged(ranges), hidden);
}

/** The letters that count, in lower case, and where each of them stands. */
function condensed(text: string): { letters: string; places: number[] } {
  const letters: string[] = [];
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (BETWEEN.test(character)) continue;
    // A letter that becomes two in lower case would move the places of all behind it.
    const lower = character.toLowerCase();
    letters.push(lower.length === 1 ? lower : character);
    places.push(at);
  }
  return { letters: letters.join(''), places };
}

/** Each form condensed like the text that it is looked for in. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const packed = BASE64_OFFSETS.flatMap((offset) => {
    // Only what does not depend on the bytes before and behind it.
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = text.slice(offset === 0 ? 0 : offset + 1, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const percent = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const whole = [secret, encodeURIComponent(secret), bytes.toString('hex'), percent, ...packed];
  const forms = [...whole, ...fragments(secret)].map((form) => condensed(form).letters);
  return [...new Set(forms)].filter((form) => form.length >= SECRET_MIN);
}

function fragments(secret: string): string[] {
  return Array.from({ length: Math.max(0, secret.length - FRAGMENT + 1) }, (_, at) => secret.slice(at, at + FRAGMENT));
}

function occurrences(letters: string, form: string, places: readonly number[]): Range[] {
  const found: Range[] = [];
  for (let at = letters.indexOf(form); at >= 0; at = letters.indexOf(form, at + 1)) {
    found.push([places[at] ?? 0, (places[at + form.length - 1] ?? 0) + 1]);
  }
  return found;
}

function merged(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) all[all.length - 1] = [last[0], Math.max(last[1], to)];
    else all.push([from, to]);
  }
  return all;
}

function without(text: string, ranges: readonly Range[], hidden: string): string {
  let shown = '';
  let at = 0;
  for (const [from, to] of ranges) {
    shown += text.slice(at, from) + hidden;
    at = to;
  }
  return shown + text.slice(at);
}
