/** Counts that an Int of the graph may not be able to say: sums over many requests. */
import { ONE } from '../../kernel/money';

const INT_MAX = 2 ** 31 - 1;

/** As far as an Int goes. */
export function atMostInt(count: number): number {
  return Math.min(count, INT_MAX);
}

/** However large, as a Decimal. */
export function exactly(count: number): bigint {
  return BigInt(count) * ONE;
}
