/** What a key is told that is beyond its rates or those of its account, or would be. */
import { Fault } from '../../kernel/fault';
import type { RateHolder } from '../../keys/rate-holders';
import type { RateLimits, RateRefused } from '../../keys/rate-limiter';

const MEANS: Readonly<Record<keyof RateLimits, string>> = {
  requestsPerMinute: 'requests per minute',
  tokensPerMinute: 'tokens per minute',
  concurrency: 'requests at once',
};

export function tooFast({ name, limits }: RateHolder, { by, retryAfterMs }: Pick<RateRefused, 'by' | 'retryAfterMs'>): Fault {
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const message = `${name} is limited to ${limits[by]} ${MEANS[by]}: try again in ${retryAfterS} s.`;
  return new Fault('rate_limit_exceeded', message, { retryAfterS });
}
