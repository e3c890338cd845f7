import { providerUsage } from './usage';

describe('usage from a provider', () => {
  it('takes an explicit zero as a value', () => {
    expect(providerUsage({ input: 0, output: 0 })).toMatchObject({ inputTokens: 0, outputTokens: 0, source: 'PROVIDER' });
  });

  it.each([undefined, null, '12', -1, 1.5, Number.NaN, 1e30, true, {}])('treats %p as missing', (odd) => {
    expect(providerUsage({ input: odd, output: 5 })).toBeUndefined();
    expect(providerUsage({ input: 5, output: odd })).toBeUndefined();
  });

  it('clamps cached, cache-writing and reasoning tokens to the totals that they are part of', () => {
    const usage = providerUsage({ input: 10, output: 3, cachedInput: 50, cacheWrite: 7, reasoning: 9 });
    expect(usage).toMatchObject({ cachedInputTokens: 10, cacheWriteTokens: 0, reasoningTokens: 3 });
  });
});
