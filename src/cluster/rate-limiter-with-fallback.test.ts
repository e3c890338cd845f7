import { stat } from 'node:fs/promises';
import type { RateGranted, RateLimiter, RateLimits } from '../keys/rate-limiter';
import { LocalRateLimiter } from './local-rate-limiter';
import { RateLimiterWithFallback } from './rate-limiter-with-fallback';

const LIMITS: RateLimits = { requestsPerMinute: 2, tokensPerMinute: null, concurrency: null };
const ASK = { holder: 'k', requestId: 'r', limits: LIMITS, tokens: 0 };
const LEVELS = { requests: { limit: 2, remaining: 1, resetMs: 1 }, tokens: null, concurrency: null };

const opened: RateLimiterWithFallback[] = [];

function setUp() {
  const clock = { monotonic: () => 0 };
  const said: string[] = [];
  const log = { info: note, warn: note, error: note };
  function note(_fields: object, message: string) {
    said.push(message);
  }
  const returned: number[] = [];
  const granted: RateGranted = { granted: true, levels: LEVELS, giveBack: async (tokens) => void returned.push(tokens) };
  const shared = { asked: 0, answer: async (): Promise<RateGranted> => granted };
  const port: RateLimiter = {
    take: () => {
      shared.asked += 1;
      return shared.answer();
    },
    levels: async () => LEVELS,
  };
  const limiter = new RateLimiterWithFallback({ shared: port, local: new LocalRateLimiter(clock), log });
  opened.push(limiter);
  return { said, returned, granted, shared, limiter };
}

afterEach(() => {
  for (const limiter of opened.splice(0)) limiter.close();
  jest.useRealTimers();
});

describe('rate limits while Redis is away', () => {
  it('are counted in the process, without an error and without asking Redis for each request', async () => {
    const { limiter, shared } = setUp();
    shared.answer = () => Promise.reject(new Error('connection refused'));
    const answers = [await limiter.take(ASK), await limiter.take(ASK), await limiter.take(ASK)];
    expect(answers.map(({ granted }) => granted)).toEqual([true, true, false]);
    expect(shared.asked).toBe(1);
  });

  it('come back by themselves, also where nobody asks meanwhile, and both are said once', async () => {
    jest.useFakeTimers();
    const { limiter, shared, said, granted } = setUp();
    shared.answer = () => Promise.reject(new Error('away'));
    await limiter.take(ASK);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(said).toHaveLength(1);
    shared.answer = async () => granted;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(said).toEqual([expect.stringContaining('does not answer'), expect.stringContaining('answers again')]);
    const together = await Promise.all([limiter.take(ASK), limiter.take(ASK)]);
    expect(together).toEqual([expect.objectContaining({ levels: LEVELS }), expect.objectContaining({ levels: LEVELS })]);
  });

  it('are not turned to where this process stood still while Redis answered', async () => {
    const { limiter, shared, said, granted } = setUp();
    shared.answer = async () => {
      await stat(__filename);
      return granted;
    };
    const asked = limiter.take(ASK);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    expect(await asked).toMatchObject({ levels: LEVELS });
    expect(said).toEqual([]);
  });

  it('wait a quarter of a second for a Redis that hangs, and return what it grants later', async () => {
    jest.useFakeTimers();
    const { limiter, shared, granted, returned } = setUp();
    let answerNow: (answer: RateGranted) => void = () => undefined;
    shared.answer = () => new Promise((resolve) => (answerNow = resolve));
    const asked = limiter.take(ASK);
    await jest.advanceTimersByTimeAsync(251);
    expect(await asked).toMatchObject({ granted: true });
    expect(returned).toEqual([]);
    answerNow(granted);
    await jest.advanceTimersByTimeAsync(0);
    expect(returned).toEqual([0]);
  });

  it('give a slot of Redis back to Redis, also when it is away by then', async () => {
    const { limiter, shared, returned } = setUp();
    const answer = await limiter.take(ASK);
    shared.answer = () => Promise.reject(new Error('away'));
    await limiter.take(ASK);
    if (answer.granted) await answer.giveBack(7);
    expect(returned).toEqual([7]);
  });
});
