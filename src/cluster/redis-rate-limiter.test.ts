import { RENEW_SCRIPT } from './rate-script';
import { RedisRateLimiter } from './redis-rate-limiter';

const LEASE_MS = 3_000;
const LIMITS = { requestsPerMinute: null, tokensPerMinute: null, concurrency: 5 };

/** A Redis that grants everything, and answers renewals when the test lets it. */
function setUp() {
  const renewed: { readonly keys: readonly string[]; readonly slots: readonly string[]; readonly answer: () => void }[] = [];
  let there: () => void = () => undefined;
  const redis = {
    whenThere: (tell: () => void) => {
      there = tell;
    },
    run: async (script: string, keys: readonly string[], [, ...slots]: readonly string[]) => {
      if (script === RENEW_SCRIPT) await new Promise<void>((answer) => renewed.push({ keys, slots, answer }));
      return ['', '0', '0', '0', '1'];
    },
  };
  const limiter = new RedisRateLimiter({ redis, prefix: 'p:', leaseMs: LEASE_MS });
  const take = async (holder: string, requestId: string) => {
    const answer = await limiter.take({ holder, requestId, limits: LIMITS, tokens: 0 });
    if (!answer.granted) throw new Error('it grants everything');
    return answer;
  };
  return { limiter, renewed, take, comeBack: () => there() };
}

describe('the slots of long answers', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are renewed key by key: keys may lie on several nodes of what serves as a Redis', async () => {
    const { limiter, renewed, take } = setUp();
    for (const [key, request] of [
      ['a', 'a-1'],
      ['b', 'b-1'],
      ['a', 'a-2'],
    ] as const)
      await take(key, request);
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    renewed[0]?.answer();
    await jest.advanceTimersByTimeAsync(0);
    expect(renewed.map(({ keys, slots }) => [keys, slots])).toEqual([
      [['p:rate:{a}:slots'], ['a-1', 'a-2']],
      [['p:rate:{b}:slots'], ['b-1']],
    ]);
    limiter.close();
  });

  it('are not renewed once they were given back, also while others are being renewed', async () => {
    const { limiter, renewed, take } = setUp();
    await take('a', 'a-1');
    const ends = await take('b', 'b-1');
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    await ends.giveBack(0);
    renewed[0]?.answer();
    await jest.advanceTimersByTimeAsync(0);
    expect(renewed.flatMap(({ slots }) => slots)).toEqual(['a-1']);
    limiter.close();
  });

  it('are said again at once when Redis comes back: it may have forgotten them', async () => {
    const { limiter, renewed, take, comeBack } = setUp();
    await take('a', 'a-1');
    comeBack();
    expect(renewed.flatMap(({ slots }) => slots)).toEqual(['a-1']);
    limiter.close();
  });
});
