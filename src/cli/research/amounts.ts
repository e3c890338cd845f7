/** Amounts as people read them. They stay exact, and currencies are never added up. */
import { formatDecimal, parseDecimal } from '../../kernel/money';
import { BUCKETS, type Bucket, currencyOf } from '../../kernel/words';
import type { Amount } from './queries';

/** `0.0118 CNY`, and both where both balances have something; nothing: `0`. */
export function amountsText(amounts: readonly Amount[]): string {
  const some = amounts.filter(({ amount }) => /[1-9]/.test(amount));
  return some.length === 0 ? '0' : some.map(({ amount, currency }) => `${amount} ${currency}`).join(' + ');
}

/** The exact sum of amounts, bucket by bucket. */
export function sumOf(amounts: readonly { readonly bucket: Bucket; readonly amount: string }[]): Amount[] {
  return BUCKETS.map((bucket) => ({
    bucket,
    currency: currencyOf(bucket),
    amount: formatDecimal(
      amounts.filter((line) => line.bucket === bucket).reduce((sum, { amount }) => sum + (parseDecimal(amount) ?? 0n), 0n),
    ),
  }));
}
