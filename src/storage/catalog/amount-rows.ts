/** Amounts as the versions of prices and those of costs keep them, in the same columns. */
import { type Nano, nano } from '../../kernel/money';
import type { PriceAmounts } from '../../kernel/price-amounts';
import { pricedApartIn, pricedApartText } from '../../kernel/priced-apart';
import { big, type Row } from '../sql/row-values';
import { textOrNull } from '../sql/stored-values';

export const AMOUNT_COLUMNS = 'input, cached_input, cache_write, output, per_request, classes';

/** In the order of `AMOUNT_COLUMNS`. */
export function amountValues(amounts: PriceAmounts): readonly unknown[] {
  const { input, cachedInput, cacheWrite, output, perRequest } = amounts;
  return [input, cachedInput, cacheWrite, output, perRequest, pricedApartText(amounts)];
}

export function amountsOf(row: Row): PriceAmounts {
  return {
    input: nano(big(row['input'])),
    cachedInput: amountOrNull(row['cached_input']),
    cacheWrite: amountOrNull(row['cache_write']),
    output: nano(big(row['output'])),
    perRequest: amountOrNull(row['per_request']),
    ...pricedApartIn(textOrNull(row, 'classes')),
  };
}

function amountOrNull(value: unknown): Nano | null {
  return value === null || value === undefined ? null : nano(big(value));
}
