import { emptied, levelsOf, type RateFill, refusalAt, refusalOf, reservedTokens } from './rate-bucket';
import type { RateLimits } from './rate-limiter';

const NONE: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
const EMPTY: RateFill = { requests: 0, tokens: 0, running: 0 };
const ask = (limits: Partial<RateLimits>, tokens = 0) => ({ holder: 'k', requestId: 'r', limits: { ...NONE, ...limits }, tokens });

describe('the buckets of a key', () => {
  it('say how long until everything remains again, as OpenAI does: one of sixty is back in a second', () => {
    const limits = { ...NONE, requestsPerMinute: 60, tokensPerMinute: 150_000 };
    expect(levelsOf(limits, { requests: 1, tokens: 900, running: 1 })).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1_000 },
      tokens: { limit: 150_000, remaining: 149_100, resetMs: 360 },
      concurrency: null,
    });
  });

  it('run empty at the rate, and never below empty', () => {
    const limits = { ...NONE, requestsPerMinute: 60, tokensPerMinute: 600 };
    expect(emptied({ requests: 3, tokens: 5, running: 2 }, limits, 1_500)).toEqual({ requests: 1.5, tokens: 0, running: 2 });
  });

  it('refuse what does not fit, with the time after which it will', () => {
    const refusal = refusalOf(ask({ requestsPerMinute: 2 }), { ...EMPTY, requests: 1.5 });
    expect(refusal).toEqual({ by: 'requestsPerMinute', retryAfterMs: 15_000 });
    expect(
      refusalOf(ask({ requestsPerMinute: 2 }), emptied({ ...EMPTY, requests: 1.5 }, ask({ requestsPerMinute: 2 }).limits, 15_000)),
    ).toBeNull();
  });

  it('name the limit that keeps the request waiting longest', () => {
    const limits = { requestsPerMinute: 60, tokensPerMinute: 60 };
    expect(refusalOf(ask(limits, 60), { requests: 60, tokens: 30, running: 0 })).toEqual({ by: 'tokensPerMinute', retryAfterMs: 30_000 });
    expect(refusalOf(ask(limits, 1), { requests: 60, tokens: 60, running: 0 })).toEqual({ by: 'requestsPerMinute', retryAfterMs: 1_000 });
  });

  it('say from their levels alone what an ask would be told', () => {
    const limits = { requestsPerMinute: 7, tokensPerMinute: 900, concurrency: 3 };
    const fills = [0, 6, 6.5, 7].flatMap((requests) =>
      [0, 400.25, 890, 900].flatMap((tokens) => [0, 3, 4].map((running) => ({ requests, tokens, running }))),
    );
    for (const fill of fills)
      for (const tokens of [0, 10, 499, 900, 5_000]) {
        const asked = refusalOf(ask(limits, tokens), fill);
        const told = refusalAt(levelsOf(limits, fill), tokens);
        expect(told?.by).toBe(asked?.by);
        expect(Math.abs((told?.retryAfterMs ?? 0) - (asked?.retryAfterMs ?? 0))).toBeLessThanOrEqual(1);
      }
    expect(refusalAt(levelsOf(NONE, EMPTY), 1e9)).toBeNull();
  });

  it('let a request of more tokens than a minute has wait for an empty bucket, and no longer', () => {
    const big = ask({ tokensPerMinute: 100 }, 5_000);
    expect(reservedTokens(big)).toBe(100);
    expect(refusalOf(big, EMPTY)).toBeNull();
    expect(refusalOf(big, { ...EMPTY, tokens: 50 })).toEqual({ by: 'tokensPerMinute', retryAfterMs: 30_000 });
  });

  it('count nothing where there is no limit', () => {
    expect(reservedTokens(ask({}, 7))).toBe(0);
    expect(refusalOf(ask({}, 1e9), { requests: 1e9, tokens: 1e9, running: 1e9 })).toBeNull();
    expect(levelsOf(NONE, EMPTY)).toEqual({ requests: null, tokens: null, concurrency: null });
  });

  it('take a lowered limit for reached, and owe nothing below zero', () => {
    const levels = levelsOf({ ...NONE, requestsPerMinute: 1, concurrency: 1 }, { ...EMPTY, requests: 5, running: 3 });
    expect(levels).toMatchObject({ requests: { limit: 1, remaining: 0, resetMs: 300_000 }, concurrency: { limit: 1, remaining: 0 } });
  });
});
