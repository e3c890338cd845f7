/** Column values as the product's types. A stored value that makes no sense is never served: it throws `InvariantBroken`. */
import { invariant } from '../../kernel/invariant';
import { type Nano, nano } from '../../kernel/money';
import { big, type Row, textOf, whole } from './row-values';
import { storedWord } from './stored-words';

export function text(row: Row, column: string): string {
  return textOf(row[column]);
}

export function textOrNull(row: Row, column: string): string | null {
  return isNull(row, column) ? null : textOf(row[column]);
}

export function count(row: Row, column: string): number {
  const value = whole(row[column]);
  invariant(value >= 0, `a stored ${column} is negative: ${value}`);
  return value;
}

export function countOrNull(row: Row, column: string): number | null {
  return isNull(row, column) ? null : count(row, column);
}

export function flag(row: Row, column: string): boolean {
  return whole(row[column]) !== 0;
}

/** An amount in nano units that is zero or above, exactly. */
export function amount(row: Row, column: string): Nano {
  const value = big(row[column]);
  invariant(value >= 0n, `a stored ${column} is negative: ${value}`);
  return nano(value);
}

export function amountOrNull(row: Row, column: string): Nano | null {
  return isNull(row, column) ? null : amount(row, column);
}

/** One of the words of a closed list. */
export function wordIn<T extends string>(words: readonly T[], row: Row, column: string): T {
  return storedWord(words, text(row, column), `a stored ${column}`);
}

export function wordInOrNull<T extends string>(words: readonly T[], row: Row, column: string): T | null {
  return isNull(row, column) ? null : wordIn(words, row, column);
}

function isNull(row: Row, column: string): boolean {
  return row[column] === null || row[column] === undefined;
}
