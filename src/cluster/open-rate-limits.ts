/** Rate limits for this installation: shared over Redis where there is one, else of this process alone. */
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { RateLimiter } from '../keys/rate-limiter';
import type { Installation } from './installation';
import { LocalRateLimiter } from './local-rate-limiter';
import { RateLimiterWithFallback } from './rate-limiter-with-fallback';
import { connectRedis } from './redis-connection';
import { RedisRateLimiter } from './redis-rate-limiter';

export interface RateLimitOptions extends Installation {
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenRateLimits {
  readonly rates: RateLimiter;
  /** Whether all processes count together now; null where there is no Redis to do it with. */
  readonly areShared: () => boolean | null;
  close(): void;
}

/** Does not wait for Redis: until it answers, limits are counted here. */
export async function openRateLimits({ redisUrl, installation, clock, log }: RateLimitOptions): Promise<OpenRateLimits> {
  const local = new LocalRateLimiter(clock);
  if (redisUrl === null) return { rates: local, areShared: () => null, close: () => undefined };
  const redis = await connectRedis(redisUrl, log);
  const shared = new RedisRateLimiter({ redis, prefix: `tokens-forge:${installation}:` });
  const rates = new RateLimiterWithFallback({ shared, local, log });
  // Where no key has rates nobody asks, and what processes share beside them would be lost without a word.
  redis.whenLost((why) => rates.lost(why));
  return {
    rates,
    areShared: () => redis.isThere && rates.isShared,
    close: () => {
      rates.close();
      shared.close();
      redis.close();
    },
  };
}
