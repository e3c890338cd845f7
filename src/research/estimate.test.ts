import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { aKey } from '../../test/support/key-builders';
import { NANO_MAX, nano } from '../kernel/money';
import type { Bucket } from '../kernel/words';
import { NO_POLICIES } from '../keys/key-policies';
import { counterId } from '../ledger/spend-counter';
import { type EstimateMeans, estimateErrorOf, estimateResearch } from './estimate';
import { sectionsOf } from './sections/section';

/** One yuan for a million tokens of input, four for output. */
const CHEAP = aPrice({ id: 'cheap', input: amount('1'), output: amount('4') });
const DEAR = aPrice({ id: 'dear', input: amount('2'), output: amount('8') });

function means(more: Partial<EstimateMeans> = {}): EstimateMeans {
  const catalog = aCatalog({
    models: [aModel('m')],
    channels: [aChannel('a'), aChannel('b')],
    routes: [aRoute('m', 'ORDINARY', [{ channelId: 'a', price: CHEAP }]), aRoute('m', 'OFFICIAL', [{ channelId: 'b', price: CHEAP }])],
  });
  return {
    catalog,
    models: { quick: 'm', deep: 'm' },
    profiles: new Map(),
    sizes: new Map(),
    available: async () => amount('100'),
    rooms: async () => [],
    now: 0,
    ...more,
  };
}

const codes = (estimate: { warnings: readonly { code: string }[] }) => estimate.warnings.map(({ code }) => code);

describe('an estimate', () => {
  it('expects what the sections use at the price of the primary channel, and no more than the ceiling', async () => {
    const plan = sectionsOf('QUICK');
    const { expected, ceiling, expectedTokens, sections, warnings } = await estimateResearch(means(), aKey(), 'QUICK', null);
    const money = plan.reduce(
      (sum, each) => sum + BigInt(each.expectedInputTokens) * 1_000n + BigInt(each.expectedOutputTokens) * 4_000n,
      0n,
    );
    expect(expected).toEqual([{ bucket: 'RMB', amount: money }]);
    expect([sections, warnings]).toEqual([plan.length, []]);
    expect(expectedTokens).toBe(plan.reduce((sum, each) => sum + each.expectedInputTokens + each.expectedOutputTokens, 0));
    expect(ceiling[0]?.amount ?? 0n).toBeGreaterThan(money);
  });

  it('goes by what finished runs took', async () => {
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 10, outputTokens: 1, seconds: 2 }]));
    const learned = await estimateResearch(means({ profiles }), aKey(), 'QUICK', null);
    // Two sections at the same time, and one after them.
    expect(learned).toMatchObject({ expectedTokens: 33, expectedSeconds: 4, expected: [{ bucket: 'RMB', amount: 3n * 14_000n }] });
  });

  it('reserves the room that its answers took in finished runs', async () => {
    const profilesOf = (outputTokens: number) =>
      new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 10, outputTokens, seconds: 2 }]));
    const { catalog } = means();
    const spacious = { ...catalog, models: new Map([['m', aModel('m', { maxOutputTokens: 8_000 })]]) };
    const ceilingAt = async (outputTokens: number) => {
      const { ceiling } = await estimateResearch(means({ catalog: spacious, profiles: profilesOf(outputTokens) }), aKey(), 'QUICK', null);
      return ceiling[0]?.amount ?? 0n;
    };
    const room = sectionsOf('QUICK').reduce((sum, { outputTokens }) => sum + BigInt(outputTokens), 0n);
    // Twice the room of each section, at four yuan for a million tokens, in each of three tries.
    expect((await ceilingAt(900)) - (await ceilingAt(1))).toBe(room * 4_000n * 3n);
  });

  it('comes to no more than any amount may be, whatever a catalog asks for: it is the budget of its run', async () => {
    const price = aPrice({ id: 'dearest', input: amount('100000'), output: amount('100000'), multiplier: amount('100') });
    const catalog = aCatalog({
      models: [aModel('m', { contextWindow: 100_000_000 })],
      channels: [aChannel('a')],
      routes: [aRoute('m', 'ORDINARY', [{ channelId: 'a', price }])],
    });
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 12_500_000, outputTokens: 1, seconds: 2 }]));
    const { ceiling } = await estimateResearch(means({ catalog, profiles }), aKey(), 'QUICK', null);
    expect(ceiling).toEqual([{ bucket: 'RMB', amount: NANO_MAX }]);
  });

  it('warns of a balance and of a budget that would end on the way, and of nothing when both are enough', async () => {
    const { expected, ceiling } = await estimateResearch(means(), aKey(), 'DEEP', null);
    const short = await estimateResearch(means({ available: async () => expected[0]?.amount ?? nano(0n) }), aKey(), 'DEEP', expected);
    expect([short.balanceOk, codes(short)]).toEqual([false, ['BALANCE_SHORT', 'BUDGET_BELOW_ESTIMATE']]);
    const enough = await estimateResearch(means({ available: async () => ceiling[0]?.amount ?? nano(0n) }), aKey(), 'DEEP', ceiling);
    expect([enough.balanceOk, codes(enough)]).toEqual([true, []]);
  });

  it('needs its price and what its largest call reserves, and not a nano more: sections that cannot be paid for wait for each other', async () => {
    const { expected } = await estimateResearch(means(), aKey(), 'DEEP', null);
    // All that the model takes, and all that it can say.
    const largest = 8_000n * 1_000n + 1_000n * 4_000n;
    const needed = (expected[0]?.amount ?? 0n) + largest;
    const withOnly = async (money: bigint) => {
      const estimate = await estimateResearch(means({ available: async () => nano(money) }), aKey(), 'DEEP', [
        { bucket: 'RMB', amount: nano(money) },
      ]);
      return [estimate.balanceOk, ...codes(estimate)];
    };
    expect(await withOnly(needed)).toEqual([true]);
    expect(await withOnly(needed - 1n)).toEqual([false, 'BALANCE_SHORT', 'BUDGET_BELOW_ESTIMATE']);
  });

  it('warns of every spend limit that would end it on the way: whose, what it leaves, when it begins anew', async () => {
    const room = (scope: 'key' | 'project', window: 'DAY' | 'LIFETIME', left: bigint) => ({
      ...{ counterId: counterId({ scope, scopeId: scope === 'key' ? 'key' : 'bots', bucket: 'RMB', window }, 0), ceiling: amount('1') },
      ...{ spent: amount('1') - left, held: 0n, left },
    });
    const rooms = async () => [room('key', 'DAY', 5n), room('project', 'LIFETIME', -5n), room('key', 'LIFETIME', amount('90'))];
    const { warnings, balanceOk } = await estimateResearch(means({ rooms }), aKey(), 'QUICK', null);
    expect([balanceOk, ...warnings.map(({ code }) => code)]).toEqual([true, 'SPEND_LIMIT_SHORT', 'SPEND_LIMIT_SHORT']);
    const [ofKey, ofProject] = warnings.map(({ message }) => message);
    expect(ofKey).toMatch(
      /^The run needs about \d\S+ CNY, what its largest call reserves included, and the DAY limit of this key on RMB leaves 0.000000005 CNY: it may pause on the way\. Raise the limit by \S+ CNY\. It begins anew at 1970-01-02T00:00:00.000Z\.$/,
    );
    expect(ofProject).toMatch(/and the LIFETIME limit of the project "bots" on RMB leaves 0 CNY: .* CNY\.$/);
  });

  it('warns of a key that allows less for one request than a call of a section can reserve', async () => {
    const keyWith = (units: bigint) => aKey({ policies: { ...NO_POLICIES, maxCharge: [{ bucket: 'RMB', amount: nano(units) }] } });
    const { warnings } = await estimateResearch(means(), keyWith(10_000_000n), 'DEEP', null);
    const [warning] = warnings.filter(({ code }) => code === 'PRICE_CEILING');
    expect(warning?.message).toMatch(/allows 0.01 CNY for one request \(maxCharge\): the run may pause before .*Synthesis/);
    expect(codes(await estimateResearch(means(), keyWith(1_000_000_000n), 'DEEP', null))).toEqual([]);
  });

  it('warns of a key that may expire before the run has ended, and not of one that lives longer', async () => {
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 10, outputTokens: 1, seconds: 10 }]));
    const foreseen = async (expiresAt: number) => estimateResearch(means({ profiles }), aKey({ expiresAt }), 'QUICK', null);
    // Two sections at the same time, and one after them, each tried three times at worst.
    expect((await foreseen(60_000)).warnings).toEqual([
      { code: 'KEY_EXPIRES', message: expect.stringContaining('1970-01-01T00:01:00.000Z') },
    ]);
    expect(codes(await foreseen(60_001))).toEqual([]);
  });

  it('warns of routes that pay from CREDIT, and of backups that cost more', async () => {
    const official = await estimateResearch(means(), aKey({ routePolicy: 'OFFICIAL_ONLY' }), 'QUICK', null);
    expect([official.expected[0]?.bucket, codes(official)]).toEqual(['CREDIT', ['OFFICIAL_ROUTE']]);
    const crossing = await estimateResearch(means(), aKey({ routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true }), 'QUICK', null);
    expect(crossing.expected.map(({ bucket }) => bucket)).toEqual(['RMB']);
    expect(crossing.ceiling.map(({ bucket }) => bucket)).toEqual(['RMB', 'CREDIT']);
    expect(codes(crossing)).toEqual(['OFFICIAL_ROUTE']);
    const catalog = aCatalog({
      models: [aModel('m')],
      channels: [aChannel('a'), aChannel('b')],
      routes: [
        aRoute('m', 'ORDINARY', [
          { channelId: 'a', price: CHEAP },
          { channelId: 'b', price: DEAR },
        ]),
      ],
    });
    const backed = await estimateResearch(means({ catalog }), aKey(), 'QUICK', null);
    const alone = await estimateResearch(means(), aKey(), 'QUICK', null);
    expect(codes(backed)).toEqual(['FALLBACK_DEARER']);
    expect(backed.expected).toEqual(alone.expected);
    expect(backed.ceiling[0]?.amount).toBe((alone.ceiling[0]?.amount ?? 0n) * 2n);
  });

  it('expects and warns by the prices that prompts of the length of its sections have', async () => {
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 1_000, outputTokens: 100, seconds: 1 }]));
    const with_ = (primary: typeof CHEAP, backup = primary) => {
      const steps = [primary, backup].map((price, at) => ({ channelId: at === 0 ? 'a' : 'b', price }));
      const routes = [aRoute('m', 'ORDINARY', steps)];
      const catalog = aCatalog({ models: [aModel('m')], channels: [aChannel('a'), aChannel('b')], routes });
      return estimateResearch(means({ profiles, catalog }), aKey(), 'QUICK', null);
    };
    const long = (above: number) => aPrice({ ...CHEAP, longPrompts: [{ above, input: amount('2'), output: amount('8') }] });
    const plain = (await with_(CHEAP)).expected[0]?.amount ?? 0n;
    expect((await with_(long(1_000))).expected[0]?.amount).toBe(plain);
    expect((await with_(long(999))).expected[0]?.amount).toBe(plain * 2n);
    expect(codes(await with_(CHEAP, long(1_000)))).toEqual([]);
    expect(codes(await with_(CHEAP, long(999)))).toEqual(['FALLBACK_DEARER']);
  });

  it('warns of a price that changes before the run may have ended, and of none that changes later', async () => {
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 10, outputTokens: 1, seconds: 10 }]));
    const foreseen = (effectiveFrom: number) => {
      const route = { ...aRoute('m', 'ORDINARY', [{ channelId: 'a', price: CHEAP }]), upcoming: [{ ...DEAR, effectiveFrom }] };
      const catalog = aCatalog({ models: [aModel('m')], channels: [aChannel('a')], routes: [route] });
      return estimateResearch(means({ profiles, catalog }), aKey(), 'QUICK', null);
    };
    const message =
      'The price of m:ORDINARY changes at 1970-01-01T00:01:00.000Z. Calls from then on are charged by the new one, which is not estimated here.';
    expect((await foreseen(60_000)).warnings).toEqual([{ code: 'PRICE_CHANGES', message }]);
    expect(codes(await foreseen(60_001))).toEqual([]);
  });

  it('warns of a run that takes long', async () => {
    const profiles = new Map(sectionsOf('QUICK').map(({ name }) => [name, { inputTokens: 10, outputTokens: 1, seconds: 100 }]));
    expect(codes(await estimateResearch(means({ profiles }), aKey(), 'QUICK', null))).toEqual(['LONG_RUN']);
  });

  it('is refused for a key that may not call, or may not call the model', async () => {
    await expect(estimateResearch(means(), aKey({ status: 'PAUSED' }), 'QUICK', null)).rejects.toMatchObject({ code: 'key_paused' });
    const narrow = aKey({ allowedModels: [] });
    await expect(estimateResearch(means(), narrow, 'QUICK', null)).rejects.toMatchObject({ code: 'model_not_allowed' });
    const absent = means({ models: { quick: 'gone', deep: 'm' } });
    await expect(estimateResearch(absent, aKey(), 'QUICK', null)).rejects.toMatchObject({ code: 'model_not_found' });
  });
});

describe('the error of an estimate', () => {
  it('is what was spent over what was expected, minus one', () => {
    const spent = (RMB: bigint, CREDIT = 0n): Record<Bucket, bigint> => ({ RMB, CREDIT });
    expect(estimateErrorOf([{ bucket: 'RMB', amount: nano(200n) }], spent(250n))).toBe(0.25);
    expect(estimateErrorOf([{ bucket: 'RMB', amount: nano(200n) }], spent(0n))).toBe(-1);
    expect(estimateErrorOf([{ bucket: 'RMB', amount: nano(9_040_000n) }], spent(4_824_000n))).toBe(-0.466371681);
    expect(estimateErrorOf([], spent(5n))).toBeNull();
  });
});
