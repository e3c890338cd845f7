/** How column values are read from plain queries. The drivers hand whole numbers over as numbers, texts or bigints. */
import { invariant } from '../../kernel/invariant';

export type Row = Readonly<Record<string, unknown>>;

/** A whole number, exactly. A float that may have lost digits is refused. */
export function big(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string') return BigInt(value);
  invariant(Number.isSafeInteger(value), 'a whole number of the database arrives without loss');
  return BigInt(value as number);
}

/** A count or an instant to be stored, where there is one: a number would be bound as a float on SQLite. */
export function boundOrNull(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

/** A count or an instant, which fits into a number. */
export function whole(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const exact = Number(big(value));
  invariant(Number.isSafeInteger(exact), 'a count of the database is within the safe range');
  return exact;
}

export function textOf(value: unknown): string {
  invariant(typeof value === 'string', 'a text of the database is a text');
  return value;
}

/** `?, ?, ?` for a list of values, which must not be empty. */
export function placeholders(values: readonly unknown[]): string {
  invariant(values.length > 0, 'a list in a query has an entry');
  return values.map(() => '?').join(', ');
}
