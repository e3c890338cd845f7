/** From the text of checked prices and costs to what they declare: amounts as nano units. */
import type { z } from 'zod';
import { PRICE_CLASSES } from '../kernel/classes';
import { invariant } from '../kernel/invariant';
import { LONG_PROMPT_AMOUNTS, type LongPromptPrice } from '../kernel/long-prompts';
import { type Nano, nano, parseDecimal } from '../kernel/money';
import type { PricedApart } from '../kernel/priced-apart';
import type { DeclaredCost, DeclaredPrice } from '../routing/declared-catalog';
import type { cost, price } from './price-schema';

type PriceText = z.output<typeof price>;
export type CostText = z.output<typeof cost>;
type LongPromptText = NonNullable<PriceText['longPrompts']>[number];
type Amounts<Name extends string> = Readonly<Partial<Record<Name, string | undefined>>>;

export function declarePrice(text: PriceText): DeclaredPrice {
  return { ...declareAmounts(text), multiplier: exact(text.multiplier) };
}

export function declareCost(text: CostText): DeclaredCost {
  return { ...declareAmounts(text), currency: text.currency };
}

function declareAmounts(text: Omit<PriceText, 'multiplier'>) {
  const optional = (amount: string | undefined) => (amount === undefined ? null : nano(exact(amount)));
  return {
    input: nano(exact(text.input)),
    cachedInput: optional(text.cachedInput),
    cacheWrite: optional(text.cacheWrite),
    output: nano(exact(text.output)),
    perRequest: optional(text.perRequest),
    ...declareApart(text),
  };
}

/** No member at all where nothing is priced apart. */
function declareApart(text: Omit<PriceText, 'multiplier'>): PricedApart {
  const classes = declared(PRICE_CLASSES, text);
  const longPrompts = (text.longPrompts ?? []).map(declareLongPrompt);
  return { ...(Object.keys(classes).length > 0 && { classes }), ...(longPrompts.length > 0 && { longPrompts }) };
}

function declareLongPrompt(text: LongPromptText): LongPromptPrice {
  const amounts = declared(LONG_PROMPT_AMOUNTS, text);
  return { above: text.above, ...amounts, input: nano(exact(text.input)), output: nano(exact(text.output)) };
}

/** Those that are there. */
function declared<Name extends string>(names: readonly Name[], amounts: Amounts<Name>) {
  const entries = names.flatMap((name) => (amounts[name] === undefined ? [] : [[name, nano(exact(amounts[name]))] as const]));
  return Object.fromEntries(entries) as Partial<Record<Name, Nano>>;
}

/** A decimal that the schema let pass, in units of 10⁻⁹. */
export function exact(decimal: string): bigint {
  const units = parseDecimal(decimal);
  invariant(units !== undefined, 'the schema lets only decimals pass');
  return units;
}
