/**
 * Prices by the length of the prompt: a request with more input tokens than a threshold (fresh, cached and cache-writing ones) pays for all
 * of its tokens what stands beside the highest threshold that it passes. What is left out there costs as it would in a price of its own.
 */
import { INPUT_CLASSES, OUTPUT_CLASSES } from './classes';
import type { Nano } from './money';

/** Amounts in nano, per one million tokens each. What is not counted in tokens costs the same whatever the length. */
export const LONG_PROMPT_AMOUNTS = ['input', 'cachedInput', 'cacheWrite', 'output', ...INPUT_CLASSES, ...OUTPUT_CLASSES] as const;
export type LongPromptAmount = (typeof LONG_PROMPT_AMOUNTS)[number];

export interface LongPromptPrice extends Readonly<Partial<Record<LongPromptAmount, Nano>>> {
  /** Input tokens: a request with exactly as many does not pass it. */
  readonly above: number;
  readonly input: Nano;
  readonly output: Nano;
}

/** In ascending order of `above`, each once. */
export type LongPrompts = readonly LongPromptPrice[];

export const LONG_PROMPTS_MAX = 8;
/** More input tokens than this are no prompt that a model reads. */
export const LONG_PROMPT_ABOVE_MAX = 100_000_000;

/** What is wrong with a threshold behind the one before it; null: nothing is. */
export function problemOfOrder(above: number, before: number | undefined): string | null {
  return before === undefined || above > before ? null : `must be more than ${before}, which stands before it`;
}

/** `, prompt above 200000`: which of the lengths a price is for, behind what it is the price of; empty where no threshold is passed. */
export function lengthWords(long: LongPromptPrice | undefined): string {
  return long === undefined ? '' : `, prompt above ${long.above}`;
}

/** The price of the highest threshold that the prompt passes; undefined: it passes none. */
export function longPromptFor(longPrompts: LongPrompts | undefined, inputTokens: number): LongPromptPrice | undefined {
  return longPrompts?.findLast(({ above }) => inputTokens > above);
}
