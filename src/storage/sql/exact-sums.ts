/** Sums of amounts in two parts: amounts may be more in all than an integer of SQLite holds, and it then gives no sum at all. */
import { big, type Row } from './row-values';

const PART_BITS = 32n;

/** The columns of which `exactSum` makes the sum. `part`: what of a part is summed. */
export function summedInParts(amount: string, part: (half: string) => string = (half) => half): string {
  const [high, low] = [`${amount} >> ${PART_BITS}`, `${amount} & ${(1n << PART_BITS) - 1n}`];
  return `SUM(${part(high)}) AS high_part, SUM(${part(low)}) AS low_part`;
}

/** Of no amounts it is nothing. */
export function exactSum(row: Row): bigint {
  return (big(row['high_part'] ?? 0n) << PART_BITS) + big(row['low_part'] ?? 0n);
}
