/** Which steps of a route are dearer than a key allows. Pure. */
import { divideUp, formatDecimal, ONE } from '../kernel/money';
import { currencyOf } from '../kernel/words';
import type { PriceCeiling } from '../keys/key-policies';
import type { PriceVersion } from './catalog';

/** Why a step of a plan is passed over, whatever its channel does. */
export interface PassedOver {
  readonly code: 'price_ceiling';
  readonly message: string;
}

/** null: the price is within the ceiling, or there is none. Prices are compared as the price list names them, with their multiplier. */
export function aboveCeiling(price: PriceVersion, ceiling: PriceCeiling | undefined, channelId: string): PassedOver | null {
  if (ceiling === undefined) return null;
  const over = (['input', 'output'] as const).find((side) => {
    const most = ceiling[side];
    return most !== null && price[side] * price.multiplier > most * ONE;
  });
  if (over === undefined) return null;
  const currency = currencyOf(ceiling.bucket);
  const costs = formatDecimal(divideUp(price[over] * price.multiplier, ONE));
  const most = formatDecimal(ceiling[over] ?? 0n);
  const message = `The channel "${channelId}" costs ${costs} ${currency} per million tokens of ${over}, and the key allows ${most}.`;
  return { code: 'price_ceiling', message };
}

/** What of a key's ceilings a plan depends on, as one text: plans are remembered by it. */
export function ceilingWords(ceilings: readonly PriceCeiling[]): string {
  return ceilings.length === 0 ? '' : ceilings.map(({ bucket, input, output }) => `${bucket}:${input}:${output}`).join(' ');
}
