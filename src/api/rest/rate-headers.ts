/** Rate limits as OpenAI's headers say them. */
import type { RateLevels } from '../../keys/rate-limiter';

/** `x-ratelimit-limit-requests`, `-remaining-requests`, `-reset-requests`, and the same of tokens; none for a limit that there is not. */
export function rateHeaders({ requests, tokens }: RateLevels): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [what, level] of Object.entries({ requests, tokens })) {
    if (level === null) continue;
    headers[`x-ratelimit-limit-${what}`] = String(level.limit);
    headers[`x-ratelimit-remaining-${what}`] = String(level.remaining);
    headers[`x-ratelimit-reset-${what}`] = duration(level.resetMs);
  }
  return headers;
}

/** As OpenAI writes a time: `0s`, `250ms`, `1.5s`, `6m0s`, `1h0m0s`. */
export function duration(ms: number): string {
  if (ms <= 0) return '0s';
  if (ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
