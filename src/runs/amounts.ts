/** Amounts of both balances, side by side: they are never added up. */
import type { Bucket } from '../kernel/words';

/** What there is of each of the two balances. */
export type Amounts = Readonly<Record<Bucket, bigint>>;

export const NOTHING: Amounts = { RMB: 0n, CREDIT: 0n };

export function amountsOf(of: (bucket: Bucket) => bigint): Amounts {
  return { RMB: of('RMB'), CREDIT: of('CREDIT') };
}

export function addAmounts(one: Amounts, other: Amounts): Amounts {
  return amountsOf((bucket) => one[bucket] + other[bucket]);
}
