/** Sums of amounts in two parts: amounts may be more in all than an integer of SQLite holds, and it then gives no sum at all. */
import { NANO_MAX } from '../../kernel/money';
import { big, type Row } from './row-values';

const PART_BITS = 32n;
const PART = 1n << PART_BITS;

/** What of a part is summed. */
type Summed = (part: string) => string;
const ALL: Summed = (part) => part;

/** The columns of which `exactSum` makes the sum. */
export function summedInParts(amount: string, summed = ALL): string {
  return named(partsOf(amount), summed);
}

/** The same, of a column that keeps sums: it says what is below NANO_MAX, and `…_high` beside it how often that is in the sum. */
export function keptInParts(amount: string, summed = ALL): string {
  return named(keptPartsOf(amount), summed);
}

/** A condition on groups: what a column that keeps sums comes to in all is not nothing. */
export function keepsSome(amount: string, summed: Summed): string {
  const [high, low] = keptPartsOf(amount);
  return `SUM(${summed(high)}) * ${PART} + SUM(${summed(low)}) <> 0`;
}

/** A sum as such columns keep it. */
export function kept(sum: bigint): { readonly high: bigint; readonly rest: bigint } {
  return { high: sum / NANO_MAX, rest: sum % NANO_MAX };
}

/** Of no amounts it is nothing. */
export function exactSum(row: Row): bigint {
  return exactOf(row['high_part'], row['low_part']);
}

/** The same, of columns without their names. */
export function exactOf(high: unknown, low: unknown): bigint {
  return big(high ?? 0n) * PART + big(low ?? 0n);
}

type Parts = readonly [high: string, low: string];

function partsOf(amount: string): Parts {
  return [`${amount} >> ${PART_BITS}`, `${amount} & ${PART - 1n}`];
}

function keptPartsOf(amount: string): Parts {
  const [high, low] = partsOf(amount);
  return [`(${high}) + ${amount}_high * ${NANO_MAX / PART}`, low];
}

function named([high, low]: Parts, summed: Summed): string {
  return `SUM(${summed(high)}) AS high_part, SUM(${summed(low)}) AS low_part`;
}
