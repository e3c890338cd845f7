/** From the text of checked prices and costs to what they declare: amounts as nano units. */
import type { z } from 'zod';
import { PRICE_CLASSES } from '../kernel/classes';
import { invariant } from '../kernel/invariant';
import { LONG_PROMPT_AMOUNTS, type LongPromptPrice } from '../kernel/long-prompts';
import { nano, parseDecimal } from '../kernel/money';
import { inOrder, type PricedApart } from '../kernel/priced-apart';
import type { DeclaredCost, DeclaredPrice } from '../routing/declared-catalog';
import type { cost, price } from './price-schema';

type PriceText = z.output<typeof price>;
export type CostText = z.output<typeof cost>;
type LongPromptText = NonNullable<PriceText['longPrompts']>[number];

export function declarePrice(text: PriceText): DeclaredPrice {
  return { ...declareAmounts(text), multiplier: exact(text.multiplier) };
}

export function declareCost(text: CostText): DeclaredCost {
  return { ...declareAmounts(text), currency: text.currency };
}

function declareAmounts(text: Omit<PriceText, 'multiplier'>) {
  const optional = (amount: string | undefined) => (amount === undefined ? null : amountOf(amount));
  return {
    input: amountOf(text.input),
    cachedInput: optional(text.cachedInput),
    cacheWrite: optional(text.cacheWrite),
    output: amountOf(text.output),
    perRequest: optional(text.perRequest),
    ...declareApart(text),
  };
}

/** No member at all where nothing is priced apart. */
function declareApart(text: Omit<PriceText, 'multiplier'>): PricedApart {
  const classes = inOrder(PRICE_CLASSES, text, amountOf);
  const longPrompts = (text.longPrompts ?? []).map(declareLongPrompt);
  return { ...(Object.keys(classes).length > 0 && { classes }), ...(longPrompts.length > 0 && { longPrompts }) };
}

function declareLongPrompt(text: LongPromptText): LongPromptPrice {
  const amounts = inOrder(LONG_PROMPT_AMOUNTS, text, amountOf);
  return { above: text.above, ...amounts, input: amountOf(text.input), output: amountOf(text.output) };
}

const amountOf = (decimal: string) => nano(exact(decimal));

/** A decimal that the schema let pass, in units of 10⁻⁹. */
export function exact(decimal: string): bigint {
  const units = parseDecimal(decimal);
  invariant(units !== undefined, 'the schema lets only decimals pass');
  return units;
}
