/**
 * From tokens to money. One formula serves the hold, the charge and the receipt's lines:
 *
 *     charge = ⌈ (Σ tokens × price + characters × price + (requests × perRequest + images × perImage + seconds × perSecond) × 10⁶) × multiplier / 10¹⁵ ⌉ nano
 *
 * with prices in nano per 10⁶ tokens or characters, those of the length of the prompt, and the multiplier in units of 10⁻⁹. There is one division per receipt, rounded up.
 */

import { lengthWords, longPromptFor } from '../kernel/long-prompts';
import { divideUp, type Nano, nano, ONE } from '../kernel/money';
import { classTerms, type Term, tokenTerm } from './charge-terms';
import { type PriceTerms, termsAbove, termsOfPrompt } from './price-terms';
import type { Usage } from './usage';

export interface ChargeLine {
  readonly label: string;
  readonly tokens: number | null;
  /** Per one million tokens, the multiplier included; null on the per-request and rounding lines. */
  readonly unitPrice: Nano | null;
  readonly amount: Nano;
}

const TOKENS_PER_PRICE = 1_000_000n;
const DIVISOR = TOKENS_PER_PRICE * ONE;

/** What a usage costs under a price: exact, rounded up once to the nano. */
export function chargeFor(usage: Usage, price: PriceTerms): Nano {
  return price.longPrompts === undefined ? chargeBy(usage, price) : chargeBy(usage, termsOfPrompt(price, usage.inputTokens));
}

/** By prices that are the same for every length of the prompt. */
function chargeBy(usage: Usage, price: PriceTerms): Nano {
  if (price.classes !== undefined) return nano(divideUp(sumOf(termsOf(usage, price)), DIVISOR));
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const fresh = BigInt(inputTokens - cachedInputTokens - cacheWriteTokens) * price.input;
  const cached = cachedInputTokens === 0 ? 0n : BigInt(cachedInputTokens) * (price.cachedInput ?? price.input);
  const written = cacheWriteTokens === 0 ? 0n : BigInt(cacheWriteTokens) * (price.cacheWrite ?? price.input);
  const tokens = fresh + cached + written + BigInt(outputTokens) * price.output;
  const request = price.perRequest === null ? 0n : price.perRequest * TOKENS_PER_PRICE;
  return nano(divideUp((tokens + request) * price.multiplier, DIVISOR));
}

/**
 * The lines of a receipt. They add up to `charged` exactly: each is floored to the nano, and a rounding line takes the
 * rest. When the hold capped the charge, a line says how much the operator bears. Those of tokens say which length of prompt their price is for.
 */
export function chargeLines(usage: Usage, price: PriceTerms, charged: Nano): ChargeLine[] {
  const long = longPromptFor(price.longPrompts, usage.inputTokens);
  const length = lengthWords(long);
  const lines = termsOf(usage, termsAbove(price, long)).map((term) => ({
    label: term.tokens === null ? term.label : `${term.label}${length}`,
    tokens: term.tokens,
    unitPrice: term.tokens === null ? null : nano((term.price * price.multiplier) / ONE),
    amount: nano(term.numerator / DIVISOR),
  }));
  const full = chargeFor(usage, price);
  const floored = lines.reduce((sum, line) => sum + line.amount, 0n);
  return [
    ...lines,
    ...amountLine('rounding up to one nano', full - floored),
    ...amountLine('above the hold, borne by the operator', charged - full),
  ];
}

function amountLine(label: string, amount: bigint): ChargeLine[] {
  return amount === 0n ? [] : [{ label, tokens: null, unitPrice: null, amount: nano(amount) }];
}

function sumOf(terms: readonly Term[]): bigint {
  return terms.reduce((sum, { numerator }) => sum + numerator, 0n);
}

function termsOf(usage: Usage, price: PriceTerms): Term[] {
  const { cachedInputTokens, cacheWriteTokens } = usage;
  const apart = classTerms(usage, price);
  const freshInput = usage.inputTokens - cachedInputTokens - cacheWriteTokens - apart.inputTokens;
  const terms = [
    tokenTerm('input tokens', freshInput, price.input, price),
    tokenTerm('cached input tokens', cachedInputTokens, price.cachedInput ?? price.input, price),
    tokenTerm('cache write tokens', cacheWriteTokens, price.cacheWrite ?? price.input, price),
    tokenTerm('output tokens', usage.outputTokens - apart.outputTokens, price.output, price),
    ...apart.terms,
  ].filter((term) => term.tokens !== 0);
  if (price.perRequest === null || price.perRequest === 0n) return terms;
  const numerator = price.perRequest * TOKENS_PER_PRICE * price.multiplier;
  return [...terms, { label: 'request', tokens: null, price: price.perRequest, numerator }];
}
