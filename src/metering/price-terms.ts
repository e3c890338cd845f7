/** The amounts of a price that the formula of charges reads, and those that a prompt of some length has. */

import type { ClassBesideTokens } from '../kernel/classes';
import { type LongPromptPrice, longPromptFor } from '../kernel/long-prompts';
import type { Nano } from '../kernel/money';
import type { PriceAmounts } from '../kernel/price-amounts';

/** `multiplier` is in units of 10⁻⁹. */
export interface PriceTerms extends PriceAmounts {
  readonly multiplier: bigint;
}

/** Those of a request with so many input tokens. They are the same for all that pass the same threshold, and have no longer prompts. */
export function termsOfPrompt(price: PriceTerms, inputTokens: number): PriceTerms {
  return termsAbove(price, longPromptFor(price.longPrompts, inputTokens));
}

/** Those above a threshold; undefined: below all of them. */
export function termsAbove(price: PriceTerms, long: LongPromptPrice | undefined): PriceTerms {
  if (long === undefined) return { ...price, longPrompts: undefined };
  const { above: _above, input, cachedInput = null, cacheWrite = null, output, ...classes } = long;
  return { ...price, input, cachedInput, cacheWrite, output, classes: { ...besideTokens(price), ...classes }, longPrompts: undefined };
}

/** What is not counted in tokens: the same whatever the length of the prompt. */
export function besideTokens({ classes }: Pick<PriceTerms, 'classes'>): Record<ClassBesideTokens, Nano | undefined> | undefined {
  return classes && { perImage: classes.perImage, perSecond: classes.perSecond, characters: classes.characters };
}

/** Whether a price costs more than another one, for input or for output, in requests with so many input tokens. */
export function isDearer(price: PriceTerms, other: PriceTerms, inputTokens: number): boolean {
  const [one, two] = [termsOfPrompt(price, inputTokens), termsOfPrompt(other, inputTokens)];
  return one.input * one.multiplier > two.input * two.multiplier || one.output * one.multiplier > two.output * two.multiplier;
}
