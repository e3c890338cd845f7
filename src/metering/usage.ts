/** Token counts of one answer, and how they are read from what a provider sent. */

import type { UsageClass, UsageClasses } from '../kernel/classes';
import type { UsageSource } from '../kernel/words';

export interface Usage {
  /** All input tokens, the cached and the cache-writing ones included. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  /** All output tokens, the reasoning ones included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly source: UsageSource;
  /** What an answer used of what may be priced apart; left out where it used none of it. */
  readonly classes?: UsageClasses;
}

/** What can be added up of several answers. */
export type TokenCounts = Omit<Usage, 'source' | 'classes'>;

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: 'NONE',
};

/** More tokens than this in one answer are a provider's mistake; the charge is capped by the hold in any case. */
const TOKENS_MAX = 1_000_000_000;

/**
 * Reads a token count that a provider sent. Only whole numbers from zero up count; a string, a fraction, a negative or
 * an absurd number is no count, and the caller treats it as missing.
 */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX ? value : undefined;
}

/**
 * Usage from provider counts, or undefined when input or output is missing or no count. Detail counts are clamped to
 * the total that they are part of. An explicit zero is a value.
 */
export function providerUsage(counts: {
  input: unknown;
  output: unknown;
  cachedInput?: unknown;
  cacheWrite?: unknown;
  reasoning?: unknown;
  classes?: Readonly<Partial<Record<UsageClass, unknown>>>;
}): Usage | undefined {
  const inputTokens = tokenCount(counts.input);
  const outputTokens = tokenCount(counts.output);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cachedInputTokens = Math.min(tokenCount(counts.cachedInput) ?? 0, inputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(tokenCount(counts.cacheWrite) ?? 0, inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(tokenCount(counts.reasoning) ?? 0, outputTokens),
    source: 'PROVIDER',
    ...providerClasses(counts.classes),
  };
}

/** Only counts above zero are classes, and only they make a member. */
function providerClasses(counts: Readonly<Partial<Record<UsageClass, unknown>>> = NONE): Pick<Usage, 'classes'> {
  const entries = Object.entries(counts).flatMap(([name, value]) => (tokenCount(value) ? [[name, value] as const] : []));
  return entries.length === 0 ? NONE : { classes: Object.fromEntries(entries) };
}

const NONE = {};
