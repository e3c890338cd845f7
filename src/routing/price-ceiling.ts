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

/**
 * null: the price is within the ceiling, or there is none. Prices are compared as the price list names them, with their multiplier, and those
 * of long prompts with them: a plan is made before anybody knows how long the prompt is, and no call of the key is to cost more.
 */
export function aboveCeiling(price: PriceVersion, ceiling: PriceCeiling | undefined, channelId: string): PassedOver | null {
  if (ceiling === undefined) return null;
  const over = sidesOf(price).find(({ side, amount }) => {
    const most = ceiling[side];
    return most !== null && amount * price.multiplier > most * ONE;
  });
  if (over === undefined) return null;
  const currency = currencyOf(ceiling.bucket);
  const costs = formatDecimal(divideUp(over.amount * price.multiplier, ONE));
  const most = formatDecimal(ceiling[over.side] ?? 0n);
  const message = `The channel "${channelId}" costs ${costs} ${currency} per million tokens of ${over.side}${over.where}, and the key allows ${most}.`;
  return { code: 'price_ceiling', message };
}

function sidesOf({ input, output, longPrompts = [] }: PriceVersion) {
  const all = [{ input, output, where: '' }, ...longPrompts.map((long) => ({ ...long, where: ` in prompts above ${long.above}` }))];
  return all.flatMap(({ where, ...amounts }) => (['input', 'output'] as const).map((side) => ({ side, amount: amounts[side], where })));
}

/** What of a key's ceilings a plan depends on, as one text: plans are remembered by it. */
export function ceilingWords(ceilings: readonly PriceCeiling[]): string {
  return ceilings.length === 0 ? '' : ceilings.map(({ bucket, input, output }) => `${bucket}:${input}:${output}`).join(' ');
}
