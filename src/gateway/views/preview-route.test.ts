import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../../test/support/catalog-builders';
import { failing, healthy } from '../../../test/support/channel-healths';
import { aKey } from '../../../test/support/key-builders';
import type { Nano } from '../../kernel/money';
import type { Bucket } from '../../kernel/words';
import type { ApiKey } from '../../keys/api-key';
import { NO_RATES } from '../../keys/api-key';
import { NO_POLICIES } from '../../keys/key-policies';
import type { RateLevels } from '../../keys/rate-limiter';
import { counterId } from '../../ledger/spend-counter';
import type { ChannelHealth } from '../../routing/health/channel-health';
import { previewRoute } from './preview-route';

const send = () => {
  throw new Error('a preview sends nothing');
};

const catalog = aCatalog({
  models: [aModel('m')],
  channels: [aChannel('a'), aChannel('b'), aChannel('off', { enabled: false }), aChannel('gemini', { protocol: 'gemini' })],
  routes: [
    aRoute('m', 'ORDINARY', ['a', { channelId: 'b', price: aPrice({ id: 'dear', input: amount('2') }) }]),
    aRoute('m', 'OFFICIAL', ['b']),
  ],
});

interface Given {
  readonly health?: ChannelHealth;
  readonly key?: Partial<ApiKey>;
  readonly balances?: Partial<Record<Bucket, Nano>>;
  readonly maxOutputTokens?: number;
  readonly from?: typeof catalog;
  /** Of the tightest spend limit. */
  readonly left?: Nano;
  readonly rates?: RateLevels;
}

function preview({ key = {}, balances = {}, maxOutputTokens, from = catalog, health = healthy(), left, ...given }: Given = {}) {
  const all = { RMB: amount('100'), CREDIT: amount('100'), ...balances };
  const counter = counterId({ scope: 'key', scopeId: 'k', bucket: 'RMB', window: 'LIFETIME' }, 0);
  const limit = left === undefined ? null : { counterId: counter, ceiling: left, spent: 0n, held: 0n, left };
  const means = {
    ...{ catalog: from, upstreams: { openai: { send } }, health, now: 1_000 },
    available: async (bucket: Bucket) => all[bucket],
    room: async () => limit,
    rates: async () => given.rates ?? { requests: null, tokens: null, concurrency: null },
  };
  return previewRoute(means, aKey({ routePolicy: 'ORDINARY_ONLY', ...key }), { model: 'm', inputTokens: 100, maxOutputTokens });
}

const codes = async (given?: Given) => (await preview(given)).warnings.map(({ code }) => code);

describe('a preview', () => {
  it('names the plan and a hold at the dearest step', async () => {
    const told = await preview({ maxOutputTokens: 10 });
    // 100 tokens of input at the backup's 2, and 10 of output at 4, for a million.
    expect(told).toMatchObject({ callable: true, reason: null, hold: 240_000n, available: amount('100') });
    expect(told.plan?.steps.map(({ channel }) => channel.id)).toEqual(['a', 'b']);
  });

  it('warns of channels that rest now, and of the one that is tried when all of them do', async () => {
    expect(await codes({ health: failing(['a']) })).toEqual(['CHANNEL_SKIPPED', 'BACKUP_DEARER']);
    expect(await codes({ health: failing(['b']) })).toEqual(['LAST_RESORT', 'BACKUP_DEARER']);
    const told = await preview({ health: failing(['a', 'b']) });
    expect(told).toMatchObject({ callable: true });
    expect(told.warnings.map(({ code }) => code)).toEqual(['CHANNEL_SKIPPED', 'LAST_RESORT', 'BACKUP_DEARER']);
    expect(told.warnings[0]?.message).toMatch(
      /"a" is passed over for m until 1970-01-01T00:00:06Z: 15 calls in a row failed, the last one with HTTP 500\./,
    );
  });

  it('stays within the spend limits of the key, as the hold does', async () => {
    const refused = await preview({ maxOutputTokens: 10, left: amount('0.000239') });
    expect(refused).toMatchObject({ callable: false, hold: null, available: amount('100') });
    expect(refused.reason).toMatch(/The LIFETIME limit of this key on RMB is 0\.000239 CNY.* up to 0\.00024 CNY/);
    expect(await preview({ maxOutputTokens: 10, left: amount('0.00024') })).toMatchObject({ callable: true, hold: 240_000n });
    const lowered = await preview({ left: amount('0.0015') });
    expect(lowered).toMatchObject({ callable: true, hold: 1_500_000n });
    expect(lowered.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^What the spend limits leave covers \d+ output/),
    );
  });

  it('says that the key is beyond its rate, as the call itself would be told, and only where nothing else stands against it', async () => {
    const limits = { requestsPerMinute: 6, tokensPerMinute: 600, concurrency: 2, spend: [] };
    const rates: RateLevels = {
      requests: { limit: 6, remaining: 1, resetMs: 50_000 },
      tokens: { limit: 600, remaining: 110, resetMs: 49_000 },
      concurrency: { limit: 2, remaining: 1 },
    };
    const told = (levels: Partial<RateLevels>, given: Given = {}) =>
      preview({ maxOutputTokens: 10, ...given, key: { limits, ...given.key }, rates: { ...rates, ...levels } });
    expect(await told({})).toMatchObject({ callable: true });
    expect(await told({ concurrency: { limit: 2, remaining: 0 } })).toMatchObject({
      ...{ callable: false, hold: null, available: amount('100'), warnings: [] },
      reason: 'This key is limited to 2 requests at once: try again in 1 s.',
    });
    const spent = { limit: 6, remaining: 0, resetMs: 52_500 };
    expect(await told({ requests: spent })).toMatchObject({ reason: 'This key is limited to 6 requests per minute: try again in 3 s.' });
    expect(await told({}, { maxOutputTokens: 20 })).toMatchObject({
      callable: false,
      reason: 'This key is limited to 600 tokens per minute: try again in 1 s.',
    });
    expect((await told({ requests: spent }, { key: { status: 'PAUSED' } })).reason).toMatch(/is paused/);
    const ofAccount = { limits: { ...NO_RATES, spend: [] }, accountRates: { ...NO_RATES, requestsPerMinute: 6 } };
    expect(await told({ requests: spent }, { key: ofAccount })).toMatchObject({
      reason: 'The account of this key is limited to 6 requests per minute: try again in 3 s.',
    });
  });

  it('says of a model that writes nothing what the call itself is told, and takes it for an endpoint that writes nothing', async () => {
    const silent = aCatalog({ ...lists(), models: [aModel('m', { maxOutputTokens: 0 })], routes: [...catalog.routes.values()] });
    for (const maxOutputTokens of [undefined, 10]) {
      const told = await preview({ from: silent, ...(maxOutputTokens && { maxOutputTokens }) });
      expect(told).toMatchObject({ callable: false, hold: null, reason: expect.stringMatching(/^The model "m" writes no text/) });
    }
    expect(await preview({ from: silent, maxOutputTokens: 0 })).toMatchObject({ callable: true, reason: null });
  });

  it('never calls a model callable whose input is free, where the balance covers not one token of its output', async () => {
    const route = aRoute('m', 'ORDINARY', [{ channelId: 'a', price: aPrice({ input: amount('0'), output: amount('4') }) }]);
    const from = aCatalog({ ...lists(), models: [aModel('m')], routes: [route] });
    expect(await preview({ from, maxOutputTokens: 0, balances: { RMB: amount('0') } })).toMatchObject({ callable: false });
    expect(await preview({ from, maxOutputTokens: 0, balances: { RMB: amount('0.000004') } })).toMatchObject({ callable: true });
  });

  it('names the channel that would be tried first, whatever stands against those before it', async () => {
    const first = async (given: Given) => (await preview(given)).first?.channel.id;
    expect(await first({})).toBe('a');
    expect(await first({ health: failing(['a']) })).toBe('b');
    expect(await first({ health: failing(['b']) })).toBe('a');
    // Both rest, and the one that is ready soonest is the last resort.
    expect(await first({ health: failing(['a', 'b']) })).toBe('b');
    expect(await first({ from: aCatalog({ ...lists(), routes: [aRoute('m', 'ORDINARY', ['off', 'gemini', 'b'])] }) })).toBe('b');
    expect(await first({ balances: { RMB: amount('0') } })).toBe('a');
  });

  it('says that the order of channels with one priority is drawn', async () => {
    const equal = aRoute('m', 'ORDINARY', [
      { channelId: 'a', priority: 1 },
      { channelId: 'b', priority: 1 },
    ]);
    expect(await codes({ from: aCatalog({ ...lists(), routes: [equal] }) })).toEqual(['CHANNELS_DRAWN']);
  });

  it('warns of a dearer backup, of a step that is passed over, and of a lowered output limit', async () => {
    expect(await codes()).toEqual(['BACKUP_DEARER']);
    const passedOver = aCatalog({ ...lists(), routes: [aRoute('m', 'ORDINARY', ['off', 'gemini', 'a'])] });
    expect(await codes({ from: passedOver })).toEqual(['CHANNEL_SKIPPED', 'CHANNEL_SKIPPED']);
    expect(await codes({ balances: { RMB: amount('0.002') } })).toEqual(['BACKUP_DEARER', 'OUTPUT_LIMIT_LOWERED']);
  });

  it('holds and warns by the prices that a prompt of its length has', async () => {
    const long = (above: number) => [{ above, input: amount('4'), output: amount('8') }];
    const route = (a: number, b: number) => {
      const priced = (id: string, above: number) => ({ channelId: id, price: aPrice({ id, longPrompts: long(above) }) });
      return aCatalog({ ...lists(), routes: [aRoute('m', 'ORDINARY', [priced('a', a), priced('b', b)])] });
    };
    expect(await codes({ from: route(100, 99) })).toEqual(['BACKUP_DEARER']);
    expect(await codes({ from: route(99, 98) })).toEqual([]);
    const holds = await Promise.all(
      [100, 99].map(async (above) => (await preview({ from: route(above, above), maxOutputTokens: 10 })).hold),
    );
    expect(holds).toEqual([140_000n, 480_000n]);
  });

  it('does not warn of a dearer backup that the key never takes', async () => {
    const maxPrice = [{ bucket: 'RMB', input: amount('1'), output: null }] as const;
    expect(await codes({ key: { policies: { ...NO_POLICIES, maxPrice } } })).toEqual(['CHANNEL_SKIPPED']);
  });

  it('warns that the key answers certain addresses alone, wherever whoever asks for the preview may be', async () => {
    const from = (...allowedAddresses: string[]) => ({ key: { policies: { ...NO_POLICIES, allowedAddresses } } });
    expect((await preview(from('203.0.113.0/24'))).warnings[0]).toEqual({
      code: 'ALLOWED_ADDRESSES_ONLY',
      message: 'The key may be used only from 203.0.113.0/24: what comes from elsewhere is refused.',
    });
    const many = await preview(from(...Array.from({ length: 100 }, (_, nth) => `10.0.${nth}.0/24`)));
    expect(many).toMatchObject({ callable: true });
    expect(many.warnings[0]?.message).toContain('only from 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24 and 97 more:');
  });

  it('says when another balance pays, or may', async () => {
    const first = { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true } as const;
    expect(await codes({ key: first })).toContain('MAY_CROSS_BUCKET');
    const crossed = await preview({ key: first, balances: { RMB: amount('0') } });
    expect(crossed).toMatchObject({ callable: true, plan: { bucket: 'CREDIT' }, warnings: [{ code: 'CROSSES_BUCKET' }] });
  });

  it.each<[string, Given, RegExp]>([
    ['the balance', { balances: { RMB: amount('0') } }, /RMB balance does not cover.*Top up/],
    ['the key', { key: { status: 'PAUSED' } }, /The API key is paused.*Resume/],
    ['the expiry of the key', { key: { expiresAt: 999 } }, /expired/],
    ['the models of the key', { key: { allowedModels: [] } }, /may not use the model.*Add the model/],
    [
      'the policy of the key, and no header of a request that was not sent',
      { key: { routePolicy: 'OFFICIAL_ONLY' }, from: aCatalog({ ...lists(), routes: [aRoute('m', 'ORDINARY', ['a'])] }) },
      /the policy of this key is OFFICIAL_ONLY\. Change the route policy of the key, or choose another model\.$/,
    ],
    [
      'channels that are all passed over',
      { from: aCatalog({ ...lists(), routes: [aRoute('m', 'ORDINARY', ['off'])] }) },
      /^No channel can take it now\. The channel "off" is disabled\. Choose another model, or ask the operator to open a channel\.$/,
    ],
  ])('says that %s has to change', async (_what, given, reason) => {
    const told = await preview(given);
    expect(told).toMatchObject({ callable: false, hold: null });
    expect(told.reason).toMatch(reason);
  });
});

function lists() {
  return { models: [...catalog.models.values()], channels: [...catalog.channels.values()] };
}
