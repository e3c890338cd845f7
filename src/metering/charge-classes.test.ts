import { fc } from '../../test/support/properties';
import { PRICE_CLASSES, USAGE_CLASSES, usageClassesIn, usageClassesText } from '../kernel/classes';
import { nano } from '../kernel/money';
import { pricedApartIn, pricedApartText } from '../kernel/priced-apart';
import { chargeFor, chargeLines } from './charge';
import type { PriceTerms } from './price-terms';
import { quoteCeiling } from './quote-ceiling';
import { NO_USAGE, type Usage } from './usage';

const price = (classes: PriceTerms['classes'], more: Partial<PriceTerms> = {}): PriceTerms => ({
  input: nano(1_000_000n),
  cachedInput: null,
  cacheWrite: null,
  output: nano(4_000_000n),
  perRequest: null,
  multiplier: 1_000_000_000n,
  classes,
  ...more,
});
const usage = (more: Partial<Usage>): Usage => ({ ...NO_USAGE, inputTokens: 100, outputTokens: 50, source: 'PROVIDER', ...more });
const linesOf = (used: Usage, terms: PriceTerms) =>
  chargeLines(used, terms, chargeFor(used, terms)).map(({ label, amount }) => [label, amount]);

describe('what is priced apart', () => {
  it('costs its own price, and the rest of its side costs that of the side', () => {
    const classes = { audioInput: nano(10_000_000n), reasoning: nano(8_000_000n), imageOutput: nano(20_000_000n) };
    const used = usage({ reasoningTokens: 10, classes: { audioInputTokens: 40, imageOutputTokens: 5 } });
    expect(linesOf(used, price(classes))).toEqual([
      ['input tokens', 60n],
      ['output tokens', 140n],
      ['audio input tokens', 400n],
      ['image output tokens', 100n],
      ['reasoning tokens', 80n],
    ]);
  });

  it('has a line of its own at a price of its own, whatever it is', () => {
    const prices = Object.fromEntries(PRICE_CLASSES.map((name, index) => [name, nano(BigInt(index + 1) * 1_000_000n)]));
    const parts = { audioInputTokens: 1, imageInputTokens: 2, audioOutputTokens: 3, imageOutputTokens: 4 };
    const used = usage({ reasoningTokens: 5, classes: { ...parts, images: 6, milliseconds: 7_000, characters: 8 } });
    // A class without a term would be given away.
    expect(linesOf(used, price(prices))).toHaveLength(PRICE_CLASSES.length + 2);
    expect(linesOf(used, price(prices))).toEqual([
      ['input tokens', 97n],
      ['output tokens', 152n],
      ['audio input tokens', 1n],
      ['image input tokens', 4n],
      ['audio output tokens', 12n],
      ['image output tokens', 20n],
      ['reasoning tokens', 15n],
      ['images: 6', 36_000_000n],
      ['seconds: 7', 49_000_000n],
      ['characters: 8', 64n],
    ]);
  });

  it('costs what its side costs where it has no price', () => {
    const used = usage({ reasoningTokens: 10, classes: { audioInputTokens: 40, images: 2, milliseconds: 9_000 } });
    expect(chargeFor(used, price(undefined))).toBe(300n);
    expect(chargeFor(used, price({}))).toBe(300n);
  });

  it('counts pictures and thousandths of a second exactly', () => {
    const classes = { perImage: nano(40_000_000n), perSecond: nano(100_000n) };
    const used = { ...NO_USAGE, classes: { images: 3, milliseconds: 1_234 } };
    expect(linesOf(used, price(classes))).toEqual([
      ['images: 3', 120_000_000n],
      ['seconds: 1.234', 123_400n],
    ]);
    expect(chargeFor({ ...NO_USAGE, classes: { milliseconds: 1 } }, price({ perSecond: nano(1n) }))).toBe(1n);
  });

  it('is never counted twice, whatever a provider says of its parts', () => {
    const classes = { audioInput: nano(10_000_000n), imageInput: nano(10_000_000n) };
    const used = usage({ cachedInputTokens: 90, classes: { audioInputTokens: 1_000, imageInputTokens: 1_000 } });
    expect(linesOf(used, price(classes))).toEqual([
      ['cached input tokens', 90n],
      ['output tokens', 200n],
      ['audio input tokens', 100n],
    ]);
  });

  const amount = fc.bigInt(0n, 10n ** 12n).map(nano);
  const tokens = fc.nat(100_000);
  const classesOfPrice = fc.record(Object.fromEntries(PRICE_CLASSES.map((name) => [name, amount])), { requiredKeys: [] });
  const classesOfUsage = fc.record(Object.fromEntries(USAGE_CLASSES.map((name) => [name, tokens])), { requiredKeys: [] });

  it('adds up to the charge, and never passes the hold that was made on its bounds', () => {
    fc.assert(
      fc.property(
        classesOfPrice,
        classesOfUsage,
        tokens,
        tokens,
        tokens,
        amount,
        amount,
        (classes, used, input, output, reasoning, a, b) => {
          const terms = price(classes, { input: a, output: b, multiplier: 1_234_567_890n });
          const made = usage({ inputTokens: input, outputTokens: output, reasoningTokens: Math.min(reasoning, output), classes: used });
          const charge = chargeFor(made, terms);
          expect(chargeLines(made, terms, charge).reduce((sum, line) => sum + line.amount, 0n)).toBe(charge);
          const bounds = { inputTokens: input, clientOutputLimit: output, modelOutputLimit: output, choices: 1, classes: used };
          expect(quoteCeiling(bounds, [terms]).ceiling).toBeGreaterThanOrEqual(charge);
        },
      ),
    );
  });

  it('is stored and read back the same, and nothing is stored where there is nothing', () => {
    fc.assert(fc.property(classesOfPrice, (classes) => expect(pricedApartIn(pricedApartText({ classes })).classes ?? {}).toEqual(classes)));
    expect(usageClassesIn(usageClassesText({ images: 2, milliseconds: 0 }))).toEqual({ images: 2 });
    expect([usageClassesText({}), usageClassesText(undefined), pricedApartText({})]).toEqual([null, null, null]);
    expect(() => usageClassesIn('{"images":1.5}')).toThrow(/no count/);
    expect(() => pricedApartIn('{"perMoon":"1"}')).toThrow(/perMoon/);
  });
});
