/** Counts that an Int of the graph may not be able to say: sums over many requests. */

const INT_MAX = 2 ** 31 - 1;
/** Of a Decimal, which counts in billionths. */
const ONE = 1_000_000_000n;

/** As far as an Int goes. */
export function atMostInt(count: number): number {
  return Math.min(count, INT_MAX);
}

/** However large, as a Decimal. */
export function exactly(count: number): bigint {
  return BigInt(count) * ONE;
}
