import { amount, aPrice } from '../../test/support/catalog-builders';
import { fc } from '../../test/support/properties';
import { PRICE_CLASSES, USAGE_CLASSES } from '../kernel/classes';
import { LONG_PROMPT_AMOUNTS, LONG_PROMPTS_MAX, type LongPromptPrice } from '../kernel/long-prompts';
import { type Nano, nano } from '../kernel/money';
import { pricedApartIn, pricedApartText } from '../kernel/priced-apart';
import { chargeFor, chargeLines } from './charge';
import { costOf } from './cost';
import { isDearer, type PriceTerms } from './price-terms';
import { outputLimitWithin, quoteCeiling } from './quote-ceiling';
import { NO_USAGE, type Usage } from './usage';

const long = (above: number, input: string, output: string, more: Partial<LongPromptPrice> = {}): LongPromptPrice => ({
  ...{ above, input: amount(input), output: amount(output) },
  ...more,
});
const used = (inputTokens: number, more: Partial<Usage> = {}): Usage => ({ ...NO_USAGE, inputTokens, source: 'PROVIDER', ...more });

/** As Gemini 2.5 Pro is sold. */
const pro = aPrice({
  ...{ input: amount('1.25'), cachedInput: amount('0.31'), output: amount('10') },
  longPrompts: [long(200_000, '2.50', '15.00', { cachedInput: amount('0.625') })],
});
const linesOf = (usage: Usage, price: PriceTerms) =>
  chargeLines(usage, price, chargeFor(usage, price)).map(({ label, unitPrice, amount: each }) => [label, unitPrice, each]);

describe('prices by the length of the prompt', () => {
  it('charge the whole of a request by the highest threshold that its input tokens pass, and never by one that they only reach', () => {
    const charge = (inputTokens: number) => chargeFor(used(inputTokens, { outputTokens: 10 }), pro);
    expect(charge(200_000)).toBe(200_000n * 1_250n + 10n * 10_000n);
    expect(charge(200_001)).toBe(200_001n * 2_500n + 10n * 15_000n);
    const steps = aPrice({ longPrompts: [long(32, '2', '8'), long(128, '3', '12')] });
    expect([32, 33, 128, 129].map((tokens) => chargeFor(used(tokens), steps))).toEqual([32_000n, 66_000n, 256_000n, 387_000n]);
  });

  it('count cached and cache-writing tokens into the length', () => {
    const usage = used(200_001, { cachedInputTokens: 200_000, cacheWriteTokens: 1, outputTokens: 1 });
    expect(linesOf(usage, pro)).toEqual([
      ['cached input tokens, prompt above 200000', amount('0.625'), 200_000n * 625n],
      ['cache write tokens, prompt above 200000', amount('2.50'), 2_500n],
      ['output tokens, prompt above 200000', amount('15'), 15_000n],
    ]);
  });

  it('leave what is not counted in tokens as it is, and what they leave out costs as the rest of its side', () => {
    const classes = { reasoning: amount('20'), perImage: amount('0.01') };
    const price = aPrice({ classes, perRequest: amount('0.5'), multiplier: amount('2'), longPrompts: [long(10, '2', '8')] });
    const usage = used(11, { outputTokens: 5, reasoningTokens: 5, classes: { images: 1 } });
    expect(linesOf(usage, price)).toEqual([
      ['input tokens, prompt above 10', amount('4'), 44_000n],
      ['output tokens, prompt above 10', amount('16'), 80_000n],
      ['images: 1', null, amount('0.02')],
      ['request', null, amount('1')],
    ]);
    const apart = { ...price, longPrompts: [long(10, '2', '8', { reasoning: amount('30') })] };
    expect(linesOf(usage, apart)[1]).toEqual(['reasoning tokens, prompt above 10', amount('60'), 300_000n]);
  });

  it('are what an upstream bills by as well', () => {
    const cost = { ...pro, currency: 'USD' } as const;
    expect([200_000, 200_001].map((tokens) => costOf(used(tokens), cost)?.amount)).toEqual([200_000n * 1_250n, 200_001n * 2_500n]);
  });

  it('decide which of two prices is the dearer one for a prompt, their multipliers included', () => {
    const flat = aPrice({ input: amount('2'), output: amount('12') });
    expect([200_000, 200_001].map((tokens) => isDearer(pro, flat, tokens))).toEqual([false, true]);
    expect([200_000, 200_001].map((tokens) => isDearer(flat, pro, tokens))).toEqual([true, false]);
    expect(isDearer({ ...flat, multiplier: amount('0.1') }, pro, 1)).toBe(false);
    expect(isDearer({ ...flat, output: nano(flat.output + 1n) }, flat, 1)).toBe(true);
  });

  it('are held for at the length that the bound can reach, also where a shorter prompt is the dearer one', () => {
    const ceiling = (inputTokens: number, price: PriceTerms) =>
      quoteCeiling({ inputTokens, clientOutputLimit: 10, modelOutputLimit: 10, choices: 1 }, [price]).ceiling;
    expect(ceiling(200_000, pro)).toBe(200_000n * 1_250n + 100_000n);
    expect(ceiling(200_001, pro)).toBe(200_001n * 2_500n + 150_000n);
    // With 100 tokens the output is dear, above them nothing is.
    const cheaper = aPrice({ input: amount('1'), output: amount('1000'), longPrompts: [long(100, '1', '1')] });
    expect(ceiling(1_000, cheaper)).toBe(100n * 1_000n + 10n * 1_000_000n);
  });
});

const price = fc.bigInt(0n, 10n ** 12n).map(nano);
const amountsOf = <Name extends string>(names: readonly Name[]): fc.Arbitrary<Partial<Record<Name, Nano>>> =>
  fc.record(Object.fromEntries(names.map((name) => [name, price])), { requiredKeys: [] }) as never;
const TOKENS_MAX = 2_000;
const longPrompts = fc
  .uniqueArray(fc.integer({ min: 1, max: TOKENS_MAX }), { maxLength: LONG_PROMPTS_MAX })
  .chain((aboves) =>
    fc.tuple(
      ...aboves
        .toSorted((a, b) => a - b)
        .map((above) =>
          fc.record({
            above: fc.constant(above),
            amounts: amountsOf(LONG_PROMPT_AMOUNTS),
            input: price,
            output: price,
            cheaper: fc.nat(6),
          }),
        ),
    ),
  )
  .map((prices) =>
    prices.map(({ above, amounts, input, output, cheaper }) => {
      // Of very different size, so that now the short prompt is the dearer one, and now the long one.
      const sized = Object.entries({ ...amounts, input, output }).map(([name, amount]) => [name, nano(amount / 10n ** BigInt(cheaper))]);
      return { above, ...Object.fromEntries(sized) } as LongPromptPrice;
    }),
  );
const terms: fc.Arbitrary<PriceTerms> = fc.record({
  ...{ input: price, output: price, cachedInput: fc.option(price), cacheWrite: fc.option(price), perRequest: fc.option(price) },
  ...{ multiplier: fc.bigInt(0n, 10n ** 10n), classes: amountsOf(PRICE_CLASSES), longPrompts },
});
/** How far a bound is above what is used. */
const slack = fc.oneof(fc.constant(0), fc.nat(TOKENS_MAX));
const usages: fc.Arbitrary<Usage> = fc
  .record({
    ...{ input: fc.nat(TOKENS_MAX), cached: fc.nat(TOKENS_MAX), write: fc.nat(TOKENS_MAX), output: fc.nat(TOKENS_MAX) },
    ...{ reasoning: fc.nat(TOKENS_MAX), classes: fc.record(Object.fromEntries(USAGE_CLASSES.map((name) => [name, fc.nat(TOKENS_MAX)]))) },
  })
  .map(({ input, cached, write, output, reasoning, classes }) => {
    const cachedInputTokens = Math.min(cached, input);
    const cacheWriteTokens = Math.min(write, input - cachedInputTokens);
    const tokens = { cachedInputTokens, cacheWriteTokens, outputTokens: output, reasoningTokens: Math.min(reasoning, output) };
    return used(input, { ...tokens, classes });
  });

describe('any prices by the length of the prompt', () => {
  it('never make a charge that passes the hold on its bounds, and have lines that add up to it', () => {
    fc.assert(
      fc.property(fc.array(terms, { minLength: 1, maxLength: 3 }), usages, slack, slack, (prices, usage, a, b) => {
        const [inputTokens, clientOutputLimit] = [usage.inputTokens + a, usage.outputTokens + b];
        const bounds = {
          inputTokens,
          clientOutputLimit,
          modelOutputLimit: 1,
          choices: 1,
          ...(usage.classes && { classes: usage.classes }),
        };
        const { ceiling } = quoteCeiling(bounds, prices);
        for (const each of prices) {
          const charge = chargeFor(usage, each);
          expect(charge <= ceiling).toBe(true);
          expect(chargeLines(usage, each, charge).reduce((sum, line) => sum + line.amount, 0n)).toBe(charge);
        }
      }),
    );
  });

  it('cost what a price of its own would that has the amounts of the highest threshold passed', () => {
    fc.assert(
      fc.property(terms, usages, (each, usage) => {
        const passed = (each.longPrompts ?? []).filter(({ above }) => usage.inputTokens > above).at(-1);
        const { perImage, perSecond, characters } = each.classes ?? {};
        const beside = Object.entries({ perImage, perSecond, characters }).filter(([, value]) => value !== undefined);
        const { above: _, input, output, cachedInput = null, cacheWrite = null, ...classes } = passed ?? long(1, '1', '1');
        const own = { ...each, input, output, cachedInput, cacheWrite, classes: { ...Object.fromEntries(beside), ...classes } };
        const { longPrompts: __, ...plain } = passed === undefined ? each : own;
        expect(chargeFor(usage, each)).toBe(chargeFor(usage, plain));
      }),
    );
  });

  it('lower an output limit to one that the hold covers whatever the length of the prompt turns out to be', () => {
    fc.assert(
      fc.property(
        terms,
        fc.nat(TOKENS_MAX),
        fc.integer({ min: 300, max: 5_000 }),
        fc.nat(1_000),
        (each, inputTokens, modelOutputLimit, share) => {
          const quote = quoteCeiling({ inputTokens, clientOutputLimit: undefined, modelOutputLimit, choices: 1 }, [each]);
          const granted = nano(quote.floor + (BigInt(share) * (quote.ceiling - quote.floor)) / 1_000n);
          const outputTokens = outputLimitWithin(quote, granted).limit;
          for (const tokens of [0, ...(each.longPrompts ?? []).flatMap(({ above }) => [above, above + 1]), inputTokens]) {
            if (tokens <= inputTokens) expect(chargeFor(used(tokens, { outputTokens }), each) <= granted).toBe(true);
          }
        },
      ),
    );
  });

  it('are stored and read back the same, in a text that fits its column', () => {
    fc.assert(
      fc.property(terms, ({ classes, longPrompts: prices = [] }) => {
        const text = pricedApartText({ classes, longPrompts: prices });
        const read = pricedApartIn(text);
        expect([read.classes ?? {}, read.longPrompts ?? []]).toEqual([classes, prices]);
        expect((text ?? '').length).toBeLessThan(4_000);
      }),
    );
  });

  it.each([
    ['no list', '{"longPrompts":{}}'],
    ['no length', '{"longPrompts":[{"input":"1","output":"1"}]}'],
    ['a length that is none', '{"longPrompts":[{"above":1.5,"input":"1","output":"1"}]}'],
    ['no output', '{"longPrompts":[{"above":1,"input":"1"}]}'],
    ['another name', '{"longPrompts":[{"above":1,"input":"1","output":"1","perImage":"1"}]}'],
    ['another order', '{"longPrompts":[{"above":2,"input":"1","output":"1"},{"above":2,"input":"1","output":"1"}]}'],
    ['no names at all', '5'],
  ])('are not read where what is stored has %s', (_what, text) => {
    expect(() => pricedApartIn(text)).toThrow();
  });
});
