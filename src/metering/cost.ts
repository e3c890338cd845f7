/** What the operator pays the upstream for an attempt. It is written beside the charge and never changes it. */
import { ONE, storable } from '../kernel/money';
import type { PriceAmounts } from '../kernel/price-amounts';
import type { Currency } from '../kernel/words';
import { chargeFor } from './charge';
import type { Usage } from './usage';

export interface CostTerms extends PriceAmounts {
  readonly currency: Currency;
}

/**
 * The cost of a usage by the formula of charges: exact, rounded up once to the nano, against the operator. Null where no
 * cost is declared, and where nothing is known to have been used: an upstream that failed is taken to bill nothing.
 */
export function costOf(usage: Usage, terms: CostTerms | null) {
  if (terms === null || usage.source === 'NONE') return null;
  const { input, cachedInput, cacheWrite, output, perRequest, classes, longPrompts, currency } = terms;
  const amounts = { input, cachedInput, cacheWrite, output, perRequest, classes, longPrompts, multiplier: ONE };
  return { amount: storable(chargeFor(usage, amounts)), currency };
}
