/** What a rate limiter promises, in process and over Redis. Time on Redis is its own: waiting is waiting for a condition. */
import { setTimeout as pause } from 'node:timers/promises';
import { LocalRateLimiter } from '../../src/cluster/local-rate-limiter';
import { connectRedis, type RedisConnection } from '../../src/cluster/redis-connection';
import { RedisRateLimiter } from '../../src/cluster/redis-rate-limiter';
import { systemClock } from '../../src/kernel/clock';
import type { RateGranted, RateLimiter, RateLimits } from '../../src/keys/rate-limiter';
import { eventually } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';
import { severableProxy } from '../support/severable-proxy';

const NONE: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
let made = 0;

interface Asked extends Partial<RateLimits> {
  readonly tokens?: number;
}

async function take(limiter: RateLimiter, holder: string, { tokens = 0, ...limits }: Asked) {
  made += 1;
  return limiter.take({ holder, requestId: `request-${made}`, limits: { ...NONE, ...limits }, tokens });
}

async function granted(limiter: RateLimiter, holder: string, asked: Asked): Promise<RateGranted> {
  const answer = await take(limiter, holder, asked);
  if (!answer.granted) throw new Error(`refused by ${answer.by}`);
  return answer;
}

async function rush(limiters: readonly RateLimiter[], holder: string, asked: Asked, count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => take(limiters[index % limiters.length]!, holder, asked)));
  return answers.filter((answer) => answer.granted).length;
}

interface Opened {
  limiter: RateLimiter;
  /** As another process sees the same limits. */
  other: RateLimiter;
}

describe.each(['in process', 'over Redis'])('a rate limiter %s', (kind) => {
  const opened = {} as Opened;
  const closes: (() => void)[] = [];
  let served = kind === 'in process';

  beforeAll(async () => {
    if (kind === 'in process') {
      opened.limiter = new LocalRateLimiter(systemClock);
      opened.other = opened.limiter;
      return;
    }
    served = await redisIsServed();
    if (!served) return;
    const prefix = freshPrefix();
    const connections = [await connectRedis(REDIS_SERVER), await connectRedis(REDIS_SERVER)];
    const limiters = connections.map((redis) => new RedisRateLimiter({ redis, prefix }));
    closes.push(...limiters.map((each) => () => each.close()), ...connections.map((each) => () => each.close()));
    const [limiter, other] = limiters as [RedisRateLimiter, RedisRateLimiter];
    Object.assign(opened, { limiter, other });
    await eventually(async () => void (await Promise.all(limiters.map((each) => each.levels('none', NONE)))));
  });
  afterAll(() => {
    for (const close of closes) close();
  });

  const promise = (name: string, check: (limits: Opened) => Promise<void>) =>
    it(name, async () => {
      if (served) await check(opened);
    });

  promise('grants a minute’s requests at once and refuses the next, whoever asks', async ({ limiter, other }) => {
    const began = performance.now();
    expect(await rush([limiter, other], 'minute', { requestsPerMinute: 2 }, 40)).toBe(2);
    const refused = await take(other, 'minute', { requestsPerMinute: 2 });
    expect(refused).toMatchObject({ granted: false, by: 'requestsPerMinute', levels: { requests: { limit: 2, remaining: 0 } } });
    const { retryAfterMs } = refused as { retryAfterMs: number };
    // Half a minute after the first one, by the clock of Redis as by this one.
    expect(retryAfterMs).toBeGreaterThan(30_000 - (performance.now() - began) - 50);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  promise('grants again when the time that it named has passed', async ({ limiter }) => {
    // One a second: slow enough that the bucket is emptied on any machine.
    const asked = { requestsPerMinute: 60 };
    await rush([limiter], 'again', asked, 60);
    const refused = await eventually(async () => {
      const answer = await take(limiter, 'again', asked);
      if (answer.granted) throw new Error('the bucket is not full yet');
      return answer;
    });
    await pause(refused.retryAfterMs + 1);
    await granted(limiter, 'again', asked);
  });

  promise('keeps keys apart', async ({ limiter }) => {
    await granted(limiter, 'one', { requestsPerMinute: 1 });
    await granted(limiter, 'two', { requestsPerMinute: 1 });
  });

  promise('takes of every limit or of none', async ({ limiter }) => {
    const limits = { requestsPerMinute: 1_000, tokensPerMinute: 100, concurrency: 5 };
    await granted(limiter, 'all', { ...limits, tokens: 90 });
    for (let index = 0; index < 20; index += 1) {
      expect(await take(limiter, 'all', { ...limits, tokens: 60 })).toMatchObject({ granted: false, by: 'tokensPerMinute' });
    }
    const { requests, concurrency } = await limiter.levels('all', { ...NONE, ...limits });
    expect(requests?.remaining).toBeGreaterThanOrEqual(999);
    expect(concurrency).toEqual({ limit: 5, remaining: 4 });
  });

  promise('counts the tokens that were used in place of those that were expected', async ({ limiter }) => {
    const limits = { ...NONE, tokensPerMinute: 6_000 };
    const left = async () => (await limiter.levels('tokens', limits)).tokens?.remaining ?? -1;
    const less = await granted(limiter, 'tokens', { ...limits, tokens: 5_000 });
    expect(await left()).toBeLessThan(1_500);
    await less.giveBack(100);
    expect(await left()).toBeGreaterThanOrEqual(5_900);
    await (await granted(limiter, 'tokens', { ...limits, tokens: 10 })).giveBack(50_000);
    expect(await take(limiter, 'tokens', { ...limits, tokens: 1 })).toMatchObject({ granted: false, by: 'tokensPerMinute' });
  });

  promise('lets as many run at once as allowed, and another when one has ended', async ({ limiter, other }) => {
    const asked = { concurrency: 3 };
    const running = await Promise.all([limiter, other, limiter].map((each) => granted(each, 'slots', asked)));
    expect(await rush([limiter, other], 'slots', asked, 10)).toBe(0);
    await running[0]?.giveBack(0);
    await running[0]?.giveBack(0);
    expect(await rush([limiter, other], 'slots', asked, 10)).toBe(1);
  });

  promise('obeys a changed limit from the next request on', async ({ limiter }) => {
    await granted(limiter, 'changed', { requestsPerMinute: 1 });
    expect(await take(limiter, 'changed', { requestsPerMinute: 1 })).toMatchObject({ granted: false });
    await granted(limiter, 'changed', { requestsPerMinute: 3 });
    expect(await take(limiter, 'changed', { requestsPerMinute: 2 })).toMatchObject({ granted: false });
  });

  promise(
    'holds to a new limit while requests of before end: no limit of theirs, and no lack of one, empties its buckets',
    async ({ limiter }) => {
      const vast = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000, tokens: 2 };
      const before = [await granted(limiter, 'lowered', { concurrency: 9 }), await granted(limiter, 'lowered', vast)];
      await rush([limiter], 'lowered', { requestsPerMinute: 2, tokensPerMinute: 4, tokens: 2 }, 5);
      for (const each of before) await each.giveBack(2);
      expect(await take(limiter, 'lowered', { requestsPerMinute: 2 })).toMatchObject({ granted: false, by: 'requestsPerMinute' });
      expect(await take(limiter, 'lowered', { tokensPerMinute: 4, tokens: 2 })).toMatchObject({ granted: false, by: 'tokensPerMinute' });
    },
  );

  promise('takes nothing when it is only asked what is left', async ({ limiter }) => {
    const limits = { requestsPerMinute: 2, tokensPerMinute: 10, concurrency: 1 };
    for (let index = 0; index < 5; index += 1) {
      expect(await limiter.levels('look', limits)).toMatchObject({
        requests: { remaining: 2, resetMs: 0 },
        tokens: { remaining: 10, resetMs: 0 },
        concurrency: { remaining: 1 },
      });
    }
  });
});

describe('slots in Redis', () => {
  /** Those who live renew it three times in that time: it must outlast every moment that a busy machine stands still. */
  const LEASE_MS = 4_000;
  let served = false;
  let redis: RedisConnection | undefined;

  beforeAll(async () => {
    served = await redisIsServed();
    if (served) redis = await connectRedis(REDIS_SERVER);
  });
  afterAll(() => redis?.close());

  it('end by themselves when their process is dead, and stay as long as it lives', async () => {
    if (!served || redis === undefined) return;
    const prefix = freshPrefix();
    const living = new RedisRateLimiter({ redis, prefix, leaseMs: LEASE_MS });
    const dead = new RedisRateLimiter({ redis, prefix, leaseMs: LEASE_MS });
    try {
      dead.close();
      const asked = { concurrency: 2 };
      await eventually(async () => void (await living.levels('slots', NONE)));
      await granted(living, 'slots', asked);
      await granted(dead, 'slots', asked);
      expect(await take(living, 'slots', asked)).toMatchObject({ granted: false, by: 'concurrency' });
      await eventually(async () => void (await granted(living, 'slots', asked)));
      for (const end = performance.now() + 2 * LEASE_MS; performance.now() < end; await pause(50)) {
        expect(await take(living, 'slots', asked)).toMatchObject({ granted: false });
      }
    } finally {
      living.close();
    }
  });

  it('stand again as soon as a Redis that has forgotten them is back', async () => {
    if (!served || redis === undefined) return;
    const proxy = await severableProxy(REDIS_SERVER);
    const through = await connectRedis(proxy.origin);
    const prefix = freshPrefix();
    const limiter = new RedisRateLimiter({ redis: through, prefix });
    const running = async () => (await limiter.levels('k', { ...NONE, concurrency: 2 })).concurrency?.remaining;
    try {
      await eventually(async () => void (await granted(limiter, 'k', { concurrency: 2 })));
      proxy.sever();
      await redis.run("return redis.call('DEL', KEYS[1])", [`${prefix}rate:{k}:slots`], []);
      await eventually(async () => expect(await running()).toBe(1));
    } finally {
      limiter.close();
      through.close();
      await proxy.close();
    }
  });

  it('are granted to nobody else by a Redis that was emptied meanwhile', async () => {
    if (!served || redis === undefined) return;
    const prefix = freshPrefix();
    const limiters = [1, 2].map(() => new RedisRateLimiter({ redis: redis!, prefix }));
    const asked = { concurrency: 2 };
    try {
      for (const limiter of limiters) await eventually(async () => void (await granted(limiter, 'k', asked)));
      await redis.run("return redis.call('DEL', KEYS[1])", [`${prefix}rate:{k}:slots`], []);
      expect(await take(limiters[0]!, 'k', { concurrency: 1 })).toMatchObject({ granted: false, by: 'concurrency' });
      expect(await take(limiters[1]!, 'k', asked)).toMatchObject({ granted: false, by: 'concurrency' });
    } finally {
      for (const limiter of limiters) limiter.close();
    }
  });

  it('and buckets outlast no clock of Redis that was ahead and is put right', async () => {
    if (!served || redis === undefined) return;
    const prefix = freshPrefix();
    const living = new RedisRateLimiter({ redis, prefix, leaseMs: LEASE_MS });
    const dead = new RedisRateLimiter({ redis, prefix, leaseMs: LEASE_MS });
    const asked = { requestsPerMinute: 6_000, concurrency: 1 };
    try {
      dead.close();
      await eventually(async () => void (await granted(dead, 'k', asked)));
      await redis.run(AN_HOUR_AHEAD, [`${prefix}rate:{k}`, `${prefix}rate:{k}:slots`], []);
      expect(await take(living, 'k', asked)).toMatchObject({ granted: false, by: 'concurrency' });
      await eventually(async () => void (await granted(living, 'k', asked)));
    } finally {
      living.close();
    }
  });

  it('leave nothing in Redis when they and the minute are over', async () => {
    if (!served || redis === undefined) return;
    const prefix = freshPrefix();
    const limiter = new RedisRateLimiter({ redis, prefix, leaseMs: LEASE_MS });
    try {
      await eventually(async () => void (await limiter.levels('k', NONE)));
      const running = await granted(limiter, 'k', { requestsPerMinute: 30, concurrency: 1 });
      expect(await namesUnder(redis, prefix)).toHaveLength(2);
      await running.giveBack(0);
      await eventually(async () => expect(await namesUnder(redis!, prefix)).toEqual([]));
    } finally {
      limiter.close();
    }
  });
});

/** As they would be written by a clock that is ahead, with the bucket full. */
const AN_HOUR_AHEAD = `
redis.call('HSET', KEYS[1], 'requests', '6000', 'at', redis.call('TIME')[1] * 1000 + 3600000)
redis.call('PEXPIRE', KEYS[1], 3660000)
for _, slot in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do redis.call('ZINCRBY', KEYS[2], 3600000, slot) end
redis.call('PEXPIRE', KEYS[2], 3660000)
return 1`;

async function namesUnder(redis: RedisConnection, prefix: string): Promise<unknown> {
  return redis.run("return redis.call('KEYS', ARGV[1] .. '*')", [], [prefix]);
}
