/**
 * The port that keeps a key, or all keys of an account, within its rates. Requests and tokens each fill a bucket that holds what one minute allows and
 * runs empty at that rate: who rested may spend its minute at once, and then goes on at the rate. Slots for
 * requests in flight are given back, or end by themselves when the process that took them is dead.
 *
 * Money never depends on it: where limits are counted in each process alone, each holder reaches as many times its rate as there
 * are processes, and not a nano more than its balance and spend limits.
 */
import type { RateLimits } from './api-key';

export type { RateLimits } from './api-key';

export interface RateAsk {
  /** Who is held to the rates: `rate-holders.ts`. */
  readonly holder: string;
  /** Names the slot: no two requests in flight have the same. */
  readonly requestId: string;
  /** As they stand now: a change counts from the next request on. */
  readonly limits: RateLimits;
  /** What the request is expected to use. More than a minute allows waits for an empty bucket, and fills it. */
  readonly tokens: number;
}

/** What a bucket holds after the ask. */
export interface RateLevel {
  readonly limit: number;
  /** Whole, zero or above. */
  readonly remaining: number;
  /** Until the whole limit remains again. */
  readonly resetMs: number;
}

/** null: no such limit. */
export interface RateLevels {
  readonly requests: RateLevel | null;
  readonly tokens: RateLevel | null;
  readonly concurrency: { readonly limit: number; readonly remaining: number } | null;
}

export interface RateGranted {
  readonly granted: true;
  readonly levels: RateLevels;
  /** Ends the slot, and counts the tokens that were used instead of those that were expected. Never rejects; once is enough. */
  giveBack(tokensUsed: number): Promise<void>;
}

export interface RateRefused {
  readonly granted: false;
  readonly levels: RateLevels;
  readonly by: keyof RateLimits;
  /** When the same ask could be granted, if nobody else asks. A slot gives no such time: then it is a second. */
  readonly retryAfterMs: number;
}

export interface RateLimiter {
  /** Takes of all three limits, or of none. Never rejects. */
  take(ask: RateAsk): Promise<RateGranted | RateRefused>;
  /** What a request would find now. Takes nothing, and never rejects. */
  levels(holder: string, limits: RateLimits): Promise<RateLevels>;
}

/** Whoever has no rate limits need not be asked for. */
export function hasRateLimits({ requestsPerMinute, tokensPerMinute, concurrency }: RateLimits): boolean {
  return requestsPerMinute !== null || tokensPerMinute !== null || concurrency !== null;
}
