import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { aKey } from '../../test/support/key-builders';
import { Fault } from '../kernel/fault';
import type { ApiKey } from '../keys/api-key';
import { type KeyPolicies, NO_POLICIES } from '../keys/key-policies';
import { callableNames } from './callable-names';
import { AbovePriceCeiling, planRoute, reachableModels } from './plan-route';

const dear = aPrice({ id: 'dear', input: amount('2'), output: amount('8') });
const catalog = {
  ...aCatalog({
    models: [aModel('both'), aModel('cheap'), aModel('direct')],
    channels: [aChannel('a'), aChannel('b')],
    routes: [
      aRoute('both', 'ORDINARY', ['a', { channelId: 'b', price: dear }]),
      aRoute('both', 'OFFICIAL', ['b']),
      aRoute('cheap', 'ORDINARY', ['a']),
      aRoute('direct', 'OFFICIAL', ['b']),
    ],
  }),
  aliases: new Map([['gpt-4o', 'both']]),
};

const key = (policies: Partial<KeyPolicies>, overrides: Partial<ApiKey> = {}): ApiKey =>
  aKey({ routePolicy: 'ORDINARY_FIRST', ...overrides, policies: { ...NO_POLICIES, ...policies } });
const ceiling = (input: string | null, output: string | null = null) => ({
  bucket: 'RMB' as const,
  input: input === null ? null : amount(input),
  output: output === null ? null : amount(output),
});
const refusal = (plan: () => unknown): Fault => {
  try {
    plan();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('it was planned');
};

describe('a price ceiling', () => {
  it('passes over the steps that are dearer, says why, and leaves the hold only what may be tried', () => {
    const { first } = planRoute(catalog, key({ maxPrice: [ceiling('1')] }), 'both', null);
    expect(first.steps.map(({ channel, passedOver }) => [channel.id, passedOver?.message ?? null])).toEqual([
      ['a', null],
      ['b', 'The channel "b" costs 2 CNY per million tokens of input, and the key allows 1.'],
    ]);
    expect(first.prices.map(({ id }) => id)).toEqual(['both:ORDINARY#1']);
  });

  it('allows exactly what it names, and counts the multiplier of a price in', () => {
    const over = (multiplier: string, most: string) => {
      const route = aRoute('m', 'ORDINARY', [{ channelId: 'a', price: aPrice({ output: amount('4'), multiplier: amount(multiplier) }) }]);
      const of = aCatalog({ models: [aModel('m')], channels: [aChannel('a')], routes: [route] });
      return () => planRoute(of, key({ maxPrice: [ceiling(null, most)] }), 'm', null);
    };
    expect(over('1', '4')).not.toThrow();
    expect(over('1.000000001', '4')).toThrow(/costs 4\.000000004 CNY per million tokens of output, and the key allows 4\./);
  });

  it('binds the prices of long prompts as well, whatever the length of the prompt', () => {
    const longPrompts = [
      { above: 32_000, input: amount('1'), output: amount('4') },
      { above: 128_000, input: amount('1.5'), output: amount('9') },
    ];
    const route = aRoute('m', 'ORDINARY', [{ channelId: 'a', price: aPrice({ longPrompts }) }]);
    const of = aCatalog({ models: [aModel('m')], channels: [aChannel('a')], routes: [route] });
    const plan = (...most: Parameters<typeof ceiling>) => planRoute(of, key({ maxPrice: [ceiling(...most)] }), 'm', null);
    expect(() => plan('1.5', '9')).not.toThrow();
    expect(() => plan('1.499999999', '9')).toThrow(
      /costs 1\.5 CNY per million tokens of input in prompts above 128000, and the key allows 1\.499999999\./,
    );
    expect(() => plan(null, '8')).toThrow(/costs 9 CNY per million tokens of output in prompts above 128000/);
  });

  it('refuses a route of which nothing is within it, and names the price and the ceiling', () => {
    const fault = refusal(() => planRoute(catalog, key({ maxPrice: [ceiling('0.5')] }), 'both', null));
    expect(fault).toBeInstanceOf(AbovePriceCeiling);
    expect(fault.code).toBe('price_ceiling');
    expect(fault.publicMessage).toMatch(
      /^No channel of the route both:ORDINARY is within the price ceiling of this key\. .*costs 1 CNY.*allows 0\.5/,
    );
  });

  it('crosses to the other balance only with the consent of the key, and says that it did', () => {
    const consenting = key({ maxPrice: [ceiling('0.5')] }, { crossBucketFallback: true });
    const { first, fallback } = planRoute(catalog, consenting, 'both', null);
    expect([first.bucket, fallback]).toEqual(['CREDIT', null]);
    expect(first.bucketReason).toBe(
      "The ORDINARY route is above the key's price ceiling, and the key allows crossing over to OFFICIAL. OFFICIAL routes pay from CREDIT.",
    );
    expect(first.bucketReason.length).toBeLessThanOrEqual(300);
    const other = { bucket: 'CREDIT' as const, input: amount('0'), output: null };
    expect(planRoute(catalog, key({ maxPrice: [other] }, { crossBucketFallback: true }), 'both', null).fallback).toBeNull();
  });

  it('of one key never shows in the plan of another', () => {
    expect(planRoute(catalog, key({ maxPrice: [ceiling('1')] }), 'both', null).first.prices).toHaveLength(1);
    expect(planRoute(catalog, key({}), 'both', null).first.prices).toHaveLength(2);
    expect(planRoute(catalog, key({ maxPrice: [ceiling('9')] }), 'both', null).first.prices).toHaveLength(2);
  });

  it('takes the models that are above it from the list of what can be called', () => {
    expect(reachableModels(catalog, key({ maxPrice: [ceiling('0.5')] })).map(({ id }) => id)).toEqual(['direct']);
  });
});

describe('another name for a model', () => {
  const mini = { modelAliases: [{ alias: 'mini', model: 'cheap' }] };

  it('is planned as the model that it stands for, whoever gave it', () => {
    expect(planRoute(catalog, key({}), 'gpt-4o', null).first.model.id).toBe('both');
    expect(planRoute(catalog, key(mini), 'mini', null).first.model.id).toBe('cheap');
    expect(refusal(() => planRoute(catalog, key({}), 'mini', null)).code).toBe('model_not_found');
  });

  it('of a key goes before a model and before an alias of the catalog', () => {
    const own = key({
      modelAliases: [
        { alias: 'both', model: 'cheap' },
        { alias: 'gpt-4o', model: 'direct' },
      ],
    });
    expect(planRoute(catalog, own, 'both', null).first.model.id).toBe('cheap');
    expect(planRoute(catalog, own, 'gpt-4o', null).first.model.id).toBe('direct');
  });

  it('is allowed when its model is, and the refusal says which model that is', () => {
    const narrow = (allowedModels: string[]) => key(mini, { allowedModels });
    expect(planRoute(catalog, narrow(['cheap']), 'mini', null).first.model.id).toBe('cheap');
    const fault = refusal(() => planRoute(catalog, narrow(['both', 'mini']), 'mini', null));
    expect([fault.code, fault.publicMessage]).toEqual([
      'model_not_allowed',
      'The name "mini" stands for the model "cheap". This key may not use the model "cheap".',
    ]);
  });

  it('whose model has left the catalog says so', () => {
    const fault = refusal(() => planRoute(catalog, key({ modelAliases: [{ alias: 'old', model: 'gone' }] }), 'old', null));
    expect([fault.code, fault.publicMessage]).toEqual([
      'model_not_found',
      'The name "old" stands for the model "gone". That model does not exist.',
    ]);
  });

  it('is listed beside the models, once, and only while its model can be called', () => {
    const names = (of: ApiKey) => callableNames(catalog, of).map(({ name, model }) => `${name}=${model.id}`);
    expect(names(key(mini))).toEqual(['both=both', 'cheap=cheap', 'direct=direct', 'gpt-4o=both', 'mini=cheap']);
    expect(names(key({ modelAliases: [{ alias: 'both', model: 'cheap' }] }, { routePolicy: 'ORDINARY_ONLY' }))).toEqual([
      'both=cheap',
      'cheap=cheap',
      'gpt-4o=both',
    ]);
    expect(names(key({ modelAliases: [{ alias: 'old', model: 'gone' }] }, { allowedModels: ['cheap'] }))).toEqual(['cheap=cheap']);
  });
});
