/**
 * The most that a request can cost, before anything is sent. The bound is certain, not estimated: it uses the charge's
 * own formula on upper bounds of the tokens, at the dearest step of the plan and the dearest length that the prompt can have, so a charge
 * never passes its hold.
 */

import { INPUT_CLASSES, OUTPUT_CLASSES, type UsageClasses } from '../kernel/classes';
import { invariant } from '../kernel/invariant';
import { type Nano, nano } from '../kernel/money';
import { chargeFor } from './charge';
import { besideTokens, type PriceTerms, termsAbove } from './price-terms';
import type { Usage } from './usage';

/** What bounds the tokens of a request. */
export interface TokenBounds {
  readonly inputTokens: number;
  /** Per choice: the limit of the client, or undefined when it set none. */
  readonly clientOutputLimit: number | undefined;
  /** The model's own maximum per choice. */
  readonly modelOutputLimit: number;
  /** `n` or `best_of`. */
  readonly choices: number;
  /** Pictures that are asked for, characters that are to be spoken, and an upper bound of what is heard. */
  readonly classes?: Pick<UsageClasses, 'images' | 'milliseconds' | 'characters'>;
}

export interface Quote {
  /** The hold to place: covers the output limit in full. */
  readonly ceiling: Nano;
  /** The least hold that the request can run with; equal to `ceiling` when the client set the limit. */
  readonly floor: Nano;
  readonly bounds: TokenBounds;
  readonly prices: readonly PriceTerms[];
}

/** No output limit is lowered below this, or below the model's maximum when that is less. */
const LOWEST_OUTPUT_LIMIT = 256;

export function quoteCeiling(bounds: TokenBounds, prices: readonly PriceTerms[]): Quote {
  invariant(prices.length > 0, 'a plan has at least one step');
  const limit = bounds.clientOutputLimit ?? bounds.modelOutputLimit;
  const lowest = bounds.clientOutputLimit ?? Math.min(LOWEST_OUTPUT_LIMIT, bounds.modelOutputLimit);
  const ceiling = dearest(bounds, prices, limit);
  return { ceiling, floor: lowest === limit ? ceiling : dearest(bounds, prices, lowest), bounds, prices };
}

/**
 * The output limit per choice that a granted hold covers: the full one, or, where the client set none and the balance
 * was short, the largest that fits. Never below the floor that the quote was made with.
 */
export function outputLimitWithin(quote: Quote, granted: Nano): { limit: number; lowered: boolean } {
  const { clientOutputLimit, modelOutputLimit } = quote.bounds;
  const full = clientOutputLimit ?? modelOutputLimit;
  if (granted >= quote.ceiling) return { limit: full, lowered: false };
  invariant(clientOutputLimit === undefined && granted >= quote.floor, 'a hold below its quote covers no limit');
  let fits = Math.min(LOWEST_OUTPUT_LIMIT, modelOutputLimit);
  let tooMuch = full;
  while (tooMuch - fits > 1) {
    const middle = Math.floor((fits + tooMuch) / 2);
    if (dearest(quote.bounds, quote.prices, middle) <= granted) fits = middle;
    else tooMuch = middle;
  }
  return { limit: fits, lowered: true };
}

function dearest(bounds: TokenBounds, prices: readonly PriceTerms[], outputLimit: number): Nano {
  const { inputTokens, choices, classes } = bounds;
  const outputTokens = outputLimit * choices;
  const usage: Usage = {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    source: 'NONE',
    ...(classes && { classes }),
  };
  let most = nano(0n);
  for (const price of prices) most = dearestLength(usage, price, most);
  return most;
}

/** The most of what the usage can cost at any length of its prompt, and of what is the most already. */
function dearestLength(usage: Usage, price: PriceTerms, before: Nano): Nano {
  let most = before;
  for (const { above, upTo, terms } of upperTerms(price)) {
    if (above >= usage.inputTokens) break;
    const amount = chargeFor(upTo < usage.inputTokens ? { ...usage, inputTokens: upTo } : usage, terms);
    if (amount > most) most = amount;
  }
  return most;
}

/** What bounds the prices of the prompts that have more input tokens than `above`, and at most `upTo`. */
interface UpperTerms {
  readonly above: number;
  readonly upTo: number;
  readonly terms: PriceTerms;
}

const upperTermsOf = new WeakMap<PriceTerms, readonly UpperTerms[]>();

/** From short prompts to long ones: a short prompt may be the dearer one, and nobody knows the length of the prompt before. */
function upperTerms(price: PriceTerms): readonly UpperTerms[] {
  const known = upperTermsOf.get(price);
  if (known !== undefined) return known;
  const { longPrompts = [] } = price;
  const upper = [undefined, ...longPrompts].map((long, index) => ({
    above: long?.above ?? -1,
    upTo: longPrompts[index]?.above ?? Number.POSITIVE_INFINITY,
    terms: upperBound(termsAbove(price, long)),
  }));
  upperTermsOf.set(price, upper);
  return upper;
}

/** Input and output can be billed in any of their classes: the dearest bounds them all. What is beside the tokens stays. */
function upperBound(price: PriceTerms): PriceTerms {
  const { classes = {} } = price;
  const input = dearestOf(price.input, [price.cachedInput, price.cacheWrite, ...INPUT_CLASSES.map((name) => classes[name])]);
  const output = dearestOf(
    price.output,
    OUTPUT_CLASSES.map((name) => classes[name]),
  );
  return { ...price, input, output, classes: besideTokens(price) };
}

function dearestOf(first: Nano, others: readonly (Nano | null | undefined)[]): Nano {
  return others.reduce<Nano>((most, each) => (each !== null && each !== undefined && each > most ? each : most), first);
}
