/** What the buckets of one key hold, and the arithmetic of a minute. The script for Redis does the same in its own language. */

import { MINUTE_MS } from '../kernel/times';
import type { RateAsk, RateLevel, RateLevels, RateLimits, RateRefused } from './rate-limiter';

/** How full the buckets are, at one instant. Fractions, because they run empty all the time. */
export interface RateFill {
  readonly requests: number;
  readonly tokens: number;
  /** Slots taken. */
  readonly running: number;
}

type Refusal = Pick<RateRefused, 'by' | 'retryAfterMs'>;

const SLOT_RETRY_MS = 1_000;
/** Buckets run empty in fractions, whose sums miss whole numbers by less than this. */
const TOLERANCE = 1e-6;

/** What is left in the buckets after so long. Slots do not run empty: they are given back. */
export function emptied(fill: RateFill, limits: RateLimits, elapsedMs: number): RateFill {
  return {
    requests: remainder(fill.requests, limits.requestsPerMinute, elapsedMs),
    tokens: remainder(fill.tokens, limits.tokensPerMinute, elapsedMs),
    running: fill.running,
  };
}

/** What an ask puts into the bucket of tokens. */
export function reservedTokens({ limits, tokens }: RateAsk): number {
  return limits.tokensPerMinute === null ? 0 : Math.min(tokens, limits.tokensPerMinute);
}

/** null: there is room for it. */
export function refusalOf(ask: RateAsk, fill: RateFill): Refusal | null {
  const { requestsPerMinute, tokensPerMinute, concurrency } = ask.limits;
  if (concurrency !== null && fill.running >= concurrency) return { by: 'concurrency', retryAfterMs: SLOT_RETRY_MS };
  const requests = waitFor(1, fill.requests, requestsPerMinute);
  return longer(requests, waitFor(reservedTokens(ask), fill.tokens, tokensPerMinute));
}

/** What would refuse a request of so many tokens at these levels; null: there is room for it. */
export function refusalAt(levels: RateLevels, tokens: number): Refusal | null {
  if (levels.concurrency?.remaining === 0) return { by: 'concurrency', retryAfterMs: SLOT_RETRY_MS };
  return longer(waitAt(1, levels.requests), waitAt(tokens, levels.tokens));
}

/** null for a limit that there is not. Rounded against the key: what remains down, the wait up. */
export function levelsOf(limits: RateLimits, fill: RateFill): RateLevels {
  const { concurrency } = limits;
  return {
    requests: levelOf(limits.requestsPerMinute, fill.requests),
    tokens: levelOf(limits.tokensPerMinute, fill.tokens),
    concurrency: concurrency === null ? null : { limit: concurrency, remaining: Math.max(0, concurrency - fill.running) },
  };
}

function longer(requests: number, tokens: number): Refusal | null {
  if (requests === 0 && tokens === 0) return null;
  return requests >= tokens ? { by: 'requestsPerMinute', retryAfterMs: requests } : { by: 'tokensPerMinute', retryAfterMs: tokens };
}

function remainder(filled: number, limit: number | null, elapsedMs: number): number {
  return limit === null ? 0 : Math.max(0, filled - (elapsedMs * limit) / MINUTE_MS);
}

function waitFor(more: number, filled: number, limit: number | null): number {
  if (limit === null || filled + more <= limit + TOLERANCE) return 0;
  return Math.ceil(((filled + more - limit) * MINUTE_MS) / limit);
}

function waitAt(asked: number, level: RateLevel | null): number {
  if (level === null) return 0;
  const { limit, remaining, resetMs } = level;
  const more = Math.min(asked, limit);
  return more <= remaining ? 0 : Math.max(1, Math.ceil(resetMs - ((limit - more) * MINUTE_MS) / limit));
}

function levelOf(limit: number | null, filled: number): RateLevel | null {
  if (limit === null) return null;
  const remaining = Math.max(0, Math.floor(limit - filled + TOLERANCE));
  return { limit, remaining, resetMs: Math.max(0, Math.ceil((filled * MINUTE_MS) / limit - TOLERANCE)) };
}
