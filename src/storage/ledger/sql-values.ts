/** How facts become column values: one shape for both databases, and text that always fits. */

/**
 * What a column holds. Money is a bigint; counts and times are whole numbers, and become bigints where a driver would
 * take a number for floating point.
 */
export type SqlValue = string | number | bigint | null;
export type SqlRow = SqlValue[];
/** A row of these columns, in their order: one value for each, or it does not compile. */
export type RowOf<Columns extends readonly string[]> = { -readonly [At in keyof Columns]: SqlValue };

const WORD_MAX = 64;
const INT_MAX = 2_147_483_647;
const ANY_SURROGATE = /[\ud800-\udfff]/;
const PLAIN = /^[\x20-\x7e]*$/;
const NOT_ASCII = /[^\x20-\x7e]/g;

/** Text of people or providers: well-formed, and cut after `max` code points. */
export function text(value: string | null, max: number): string | null {
  if (value === null) return null;
  if (value.length <= max && !ANY_SURROGATE.test(value)) return value;
  const whole = value.toWellFormed();
  return whole.length <= max ? whole : [...whole].slice(0, max).join('');
}

/** An identifier or a word of ours, for a column of ASCII: other characters become `?`, and what is too long is cut. */
export function word(value: string | null): string | null {
  if (value === null || (value.length <= WORD_MAX && PLAIN.test(value))) return value;
  return value.replace(NOT_ASCII, '?').slice(0, WORD_MAX);
}

/** A time in milliseconds since 1970. */
export function time(value: number): number {
  return Math.trunc(value);
}

/** A count or duration, within what an INT column takes; a fraction is rounded. */
export function int(value: number | null): number | null {
  if (value === null) return null;
  const whole = Math.round(value);
  return Number.isNaN(whole) ? 0 : Math.min(Math.max(whole, -INT_MAX), INT_MAX);
}

export function flag(value: boolean): number {
  return value ? 1 : 0;
}
