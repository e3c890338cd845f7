import { amount } from '../../test/support/catalog-builders';
import { NANO_MAX } from '../kernel/money';
import { type CostTerms, costOf } from './cost';
import { NO_USAGE, type Usage } from './usage';

const terms: CostTerms = {
  currency: 'USD',
  input: amount('0.5'),
  cachedInput: amount('0.1'),
  cacheWrite: null,
  output: amount('2'),
  perRequest: null,
};
const used: Usage = { ...NO_USAGE, inputTokens: 10, cachedInputTokens: 4, outputTokens: 3, source: 'PROVIDER' };

describe('the cost of an attempt', () => {
  it('is exact, in the currency in which the upstream bills', () => {
    expect(costOf(used, terms)).toEqual({ amount: 6n * 500n + 4n * 100n + 3n * 2_000n, currency: 'USD' });
  });

  it('is rounded up to the nano, against the operator', () => {
    expect(
      costOf({ ...used, inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 }, { ...terms, input: amount('0.0000005') })?.amount,
    ).toBe(1n);
  });

  it('counts what an upstream bills for each request', () => {
    expect(costOf({ ...NO_USAGE, source: 'PROVIDER' }, { ...terms, perRequest: amount('0.01') })?.amount).toBe(amount('0.01'));
  });

  it('is written down as the most that an amount may be where it is more than that', () => {
    const heard: Usage = { ...NO_USAGE, source: 'PROVIDER', classes: { milliseconds: 1_000_000_000 } };
    expect(costOf(heard, { ...terms, classes: { perSecond: amount('100000') } })?.amount).toBe(NANO_MAX);
  });

  it('is not known where the catalog names none, and where nothing was used', () => {
    expect(costOf(used, null)).toBeNull();
    expect(costOf(NO_USAGE, terms)).toBeNull();
  });
});
