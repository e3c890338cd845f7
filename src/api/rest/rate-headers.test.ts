import { duration, rateHeaders } from './rate-headers';

describe('rate limits in headers', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [250, '250ms'],
    [1_000, '1s'],
    [8_640, '8.64s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [61_500, '1m1.5s'],
    [3_600_000, '1h0m0s'],
  ])('write %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('have OpenAI’s names, and only those of limits that there are', () => {
    const requests = { limit: 60, remaining: 59, resetMs: 1_000 };
    expect(rateHeaders({ requests, tokens: null, concurrency: { limit: 1, remaining: 0 } })).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
    });
    expect(Object.keys(rateHeaders({ requests: null, tokens: requests, concurrency: null }))).toEqual([
      'x-ratelimit-limit-tokens',
      'x-ratelimit-remaining-tokens',
      'x-ratelimit-reset-tokens',
    ]);
  });
});
