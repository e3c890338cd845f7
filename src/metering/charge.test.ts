import { amount, aPrice } from '../../test/support/catalog-builders';
import { fc } from '../../test/support/properties';
import { nano } from '../kernel/money';
import { chargeFor, chargeLines } from './charge';
import type { PriceTerms } from './price-terms';
import { outputLimitWithin, quoteCeiling } from './quote-ceiling';
import { NO_USAGE, type Usage } from './usage';

const price = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nano);
const terms: fc.Arbitrary<PriceTerms> = fc.record({
  input: price,
  cachedInput: fc.option(price),
  cacheWrite: fc.option(price),
  output: price,
  perRequest: fc.option(price),
  multiplier: fc.bigInt({ min: 0n, max: 10n ** 10n }),
});
const count = fc.integer({ min: 0, max: 1_000_000 });
const usageWithin = (input: number, output: number): fc.Arbitrary<Usage> =>
  fc.tuple(fc.nat(input), fc.nat(output), fc.nat(input), fc.nat(input)).map(([inputTokens, outputTokens, cached, write]) => {
    const cachedInputTokens = Math.min(cached, inputTokens);
    const cacheWriteTokens = Math.min(write, inputTokens - cachedInputTokens);
    return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens: 0, source: 'PROVIDER' as const };
  });

describe('a charge', () => {
  it('is the sum of tokens × price, rounded up once to the nano', () => {
    const usage: Usage = { ...NO_USAGE, inputTokens: 1_234, cachedInputTokens: 1_000, outputTokens: 77, source: 'PROVIDER' };
    const gpt5Mini = aPrice({ input: amount('0.80'), cachedInput: amount('0.08'), output: amount('3.20') });
    // 234 × 800 + 1000 × 80 + 77 × 3200 nano
    expect(chargeFor(usage, gpt5Mini)).toBe(513_600n);
    expect(chargeFor({ ...NO_USAGE, inputTokens: 1, source: 'PROVIDER' }, aPrice({ input: nano(1n) }))).toBe(1n);
  });

  it('takes what was read from a cache, and what was written to one, at prices of their own, or else at that of all input', () => {
    const usage: Usage = { ...NO_USAGE, inputTokens: 1_000, cachedInputTokens: 500, cacheWriteTokens: 200, source: 'PROVIDER' };
    const apart = aPrice({ input: amount('1'), cachedInput: amount('0.1'), cacheWrite: amount('1.25') });
    // 300 × 1000 + 500 × 100 + 200 × 1250 nano
    expect(chargeFor(usage, apart)).toBe(600_000n);
    expect(chargeFor(usage, { ...apart, cachedInput: null, cacheWrite: null })).toBe(1_000_000n);
  });

  it('is the same by the short way of prices that have nothing apart, whatever was used', () => {
    fc.assert(
      fc.property(usageWithin(1_000_000, 1_000_000), terms, (usage, priceTerms) => {
        expect(chargeFor(usage, priceTerms)).toBe(chargeFor(usage, { ...priceTerms, classes: {} }));
      }),
    );
  });

  it('adds the price of the request and applies the multiplier to all', () => {
    const usage: Usage = { ...NO_USAGE, inputTokens: 1_000_000, source: 'PROVIDER' };
    const doubled = aPrice({ perRequest: amount('0.5'), multiplier: 2_000_000_000n });
    expect(chargeFor(usage, doubled)).toBe(amount('3'));
  });

  it('has lines that add up to it exactly, also when the hold capped it', () => {
    fc.assert(
      fc.property(usageWithin(1_000_000, 1_000_000), terms, fc.bigInt({ min: 0n, max: 10n ** 6n }), (usage, priceTerms, less) => {
        const full = chargeFor(usage, priceTerms);
        const charged = nano(full > less ? full - less : full);
        const total = chargeLines(usage, priceTerms, charged).reduce((sum, line) => sum + line.amount, 0n);
        expect(total).toBe(charged);
      }),
    );
  });
});

describe('a quote', () => {
  it('is never below the charge of any usage within its bounds, under any of its prices', () => {
    fc.assert(
      fc.property(
        count,
        count,
        fc.integer({ min: 1, max: 8 }),
        fc.array(terms, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (inputTokens, limit, choices, prices, random) => {
          const bounds = { inputTokens, clientOutputLimit: limit + 1, modelOutputLimit: 1, choices };
          const { ceiling, floor } = quoteCeiling(bounds, prices);
          expect(floor).toBe(ceiling);
          const [usage] = fc.sample(usageWithin(inputTokens, (limit + 1) * choices), { numRuns: 1, seed: random.next().value });
          for (const each of prices) expect(chargeFor(usage as Usage, each) <= ceiling).toBe(true);
        },
      ),
    );
  });

  it('lowers a limit that the client did not set to the largest that the hold covers, and never below 256', () => {
    fc.assert(
      fc.property(
        count,
        fc.integer({ min: 300, max: 500_000 }),
        terms,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (inputTokens, modelOutputLimit, each, share) => {
          const quote = quoteCeiling({ inputTokens, clientOutputLimit: undefined, modelOutputLimit, choices: 1 }, [each]);
          const granted = nano(quote.floor + (BigInt(Math.floor(share * 1_000)) * (quote.ceiling - quote.floor)) / 1_000n);
          const { limit, lowered } = outputLimitWithin(quote, granted);
          const cost = (tokens: number) =>
            quoteCeiling({ inputTokens, clientOutputLimit: tokens, modelOutputLimit, choices: 1 }, [each]).ceiling;
          expect(limit).toBeGreaterThanOrEqual(256);
          expect(cost(limit) <= granted).toBe(true);
          if (lowered) expect(cost(limit + 1) > granted).toBe(true);
        },
      ),
    );
  });

  it('asks for no more than the maximum of a model that has less than 256', () => {
    const quote = quoteCeiling({ inputTokens: 10, clientOutputLimit: undefined, modelOutputLimit: 100, choices: 1 }, [aPrice()]);
    expect(quote.floor).toBe(quote.ceiling);
  });
});
