/** Channels that fail, limit their rate or refuse a secret, and channels of one priority: what users and operators see. */
import { graph, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import type { RecordedRequest } from '../support/scripted-upstream';
import { HI, PRIMARY_PRICE, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const [REFUSED, ACCEPTED] = ['sk-ring-refused-1', 'sk-ring-accepted-2'];

/** The shop, and in it a channel with two secrets, two channels of one priority, and one that limits its rate. */
function extended({ catalog, a, b }: Bed): object {
  const channel = (id: string, baseUrl: string) => ({ id, protocol: 'openai', baseUrl, apiKey: `sk-upstream-${id}` });
  const model = (id: string) => ({ id, contextWindow: 8_000, maxOutputTokens: 1_000 });
  const route = (id: string, channels: readonly object[], more: object = {}) => ({
    model: id,
    type: 'ORDINARY',
    price: PRIMARY_PRICE,
    channels,
    ...more,
  });
  return {
    ...catalog,
    channels: [
      ...catalog.channels,
      { id: 'ring', protocol: 'openai', baseUrl: a.baseUrl, apiKeys: [REFUSED, ACCEPTED] },
      channel('heavy', a.baseUrl),
      channel('light', b.baseUrl),
      channel('limiting', a.baseUrl),
    ],
    models: [...catalog.models, ...['ringed', 'weighted', 'kept', 'limited'].map(model)],
    routes: [
      ...catalog.routes,
      route('ringed', [{ channel: 'ring' }]),
      route('weighted', [
        { channel: 'heavy', priority: 1, weight: 3 },
        { channel: 'light', priority: 1 },
      ]),
      route(
        'kept',
        [
          { channel: 'heavy', priority: 1 },
          { channel: 'light', priority: 1 },
        ],
        { sticky: 'key' },
      ),
      route('limited', [{ channel: 'limiting' }, { channel: 'cheap-b' }]),
    ],
  };
}

interface ChannelJson {
  readonly id: string;
  readonly health: string;
  readonly healthReason: string | null;
  readonly openUntil: string | null;
  readonly upstreamModels: readonly { readonly upstreamModel: string; readonly breaker: string; readonly requests: number }[] | null;
  readonly secrets: readonly { readonly ordinal: number; readonly health: string; readonly reason: string | null }[] | null;
}

onEachDatabase(
  'the health of channels',
  (bed, promise) => {
    async function call(model: string, body: object = {}): Promise<ReceiptJson> {
      const response = await postChat(bed.gateway.origin, CHAT, { model, messages: HI, ...body });
      expect([model, response.status, await response.text()]).toEqual([model, 200, expect.any(String)]);
      return receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    }

    async function channelOf(id: string): Promise<ChannelJson | undefined> {
      const fields =
        'id health healthReason openUntil upstreamModels { upstreamModel breaker requests failures latencyMs timeToFirstTokenMs } secrets { ordinal health reason openUntil }';
      const { channels } = await graph<{ channels: ChannelJson[] }>(bed.gateway.origin, OPERATOR_TOKEN, `{ channels { ${fields} } }`);
      return channels.find((each) => each.id === id);
    }

    const rows = (story: ReceiptJson) =>
      story.attempts.map(({ channel, role, status, errorCode, retry }) => [channel.id, role, status, errorCode, retry]);

    promise('begins with channels of which nothing is known', async () => {
      await bed.gateway.stop();
      bed.gateway = await startGateway({ ...bed.gateway.settings, catalog: extended(bed) });
      expect(await channelOf('ring')).toMatchObject({ health: 'HEALTHY', healthReason: null, upstreamModels: [], secrets: [] });
    });

    promise('puts a refused secret aside alone: the next one serves within the same step, and no secret is told', async () => {
      const refusal = { status: 401, error: { message: `Invalid key ${REFUSED}, not ${ACCEPTED}` } };
      bed.a.script('ringed', ({ headers }: RecordedRequest) => (headers.authorization === `Bearer ${REFUSED}` ? refusal : {}));
      const stories = [await call('ringed'), await call('ringed'), await call('ringed')];
      const [refused] = stories.filter(({ attempts }) => attempts.length === 2);
      if (refused === undefined) throw new Error('the refused secret was used');
      expect(rows(refused)).toEqual([
        ['ring', 'PRIMARY', 'FAILED', 'provider_error', 0],
        ['ring', 'PRIMARY', 'SUCCEEDED', null, 1],
      ]);
      expect(refused.attempts[0]?.errorMessage).toBe('With secret 1 of 2: Invalid key …, not …');
      expect(refused).toMatchObject({ charge: '0.000013', retryCount: 1, fallbackCount: 0, fallbackDelta: null });
      expect(stories.reduce((sum, { attempts }) => sum + attempts.length, 0)).toBe(4);
      const ring = await channelOf('ring');
      expect(ring).toMatchObject({
        health: 'DEGRADED',
        healthReason: 'Secret 1 of 2 is put aside: The provider refused it with HTTP 401.',
        secrets: [
          { ordinal: 1, health: 'OPEN' },
          { ordinal: 2, health: 'HEALTHY', reason: null },
        ],
      });
      expect(JSON.stringify([stories, ring, bed.gateway.stderr])).not.toMatch(/sk-ring/);
    });

    promise('honours the reset of a rate limit, and says so before, during and after', async () => {
      bed.a.next({ status: 429, headers: { 'retry-after': '120' } });
      expect(rows(await call('limited')).map(([id, , status]) => [id, status])).toEqual([
        ['limiting', 'FAILED'],
        ['cheap-b', 'SUCCEEDED'],
      ]);
      const story = await call('limited');
      expect(rows(story)).toEqual([
        ['limiting', 'PRIMARY', 'SKIPPED', 'rate_limited_until', 0],
        ['cheap-b', 'BACKUP', 'SUCCEEDED', null, 0],
      ]);
      const query = `{ routePreview(input: { apiKeyId: "chat", model: "limited" }) { callable warnings { code message } }
        apiKey(id: "chat") { callableModels { model warnings { code message } } } }`;
      type Warned = { readonly warnings: readonly { readonly code: string; readonly message: string }[] };
      const told = await graph<{ routePreview: Warned; apiKey: { callableModels: (Warned & { model: string })[] } }>(
        bed.gateway.origin,
        CHAT,
        query,
      );
      const words = / is passed over for limited until \S+: the provider says that its rate limit is reached\.$/;
      expect(story.attempts[0]?.errorMessage).toMatch(words);
      expect(told.routePreview).toMatchObject({
        callable: true,
        warnings: [{ code: 'CHANNEL_SKIPPED', message: expect.stringMatching(words) }],
      });
      expect(told.apiKey.callableModels.find(({ model }) => model === 'limited')?.warnings).toMatchObject([
        { code: 'CHANNEL_SKIPPED', message: expect.stringMatching(words) },
      ]);
      const channel = await channelOf('limiting');
      expect(channel).toMatchObject({ health: 'OPEN', upstreamModels: [{ upstreamModel: 'limited', breaker: 'CLOSED', requests: 0 }] });
      const left = Date.parse(channel?.openUntil ?? '') - Date.parse(story.createdAt);
      expect(left).toBeGreaterThan(60_000);
      expect(left).toBeLessThanOrEqual(121_000);
      const seen = await graph<{ routes: { channels: { channel: ChannelJson }[] }[] }>(
        bed.gateway.origin,
        CHAT,
        '{ routes(model: "limited") { channels { channel { id health healthReason upstreamModels { requests } secrets { ordinal } } } } }',
      );
      expect(seen.routes[0]?.channels[0]?.channel).toMatchObject({ id: 'limiting', health: 'OPEN', upstreamModels: null, secrets: null });
    });

    promise('draws among channels of one priority, and keeps what shares a prompt cache on one of them', async () => {
      const firsts = (stories: readonly ReceiptJson[]) => stories.map(({ primaryChannel }) => primaryChannel?.id);
      const all = (calls: number, model: string, body: object = {}) => Promise.all(Array.from({ length: calls }, () => call(model, body)));
      const drawn = await all(40, 'weighted');
      expect(new Set(firsts(drawn))).toEqual(new Set(['heavy', 'light']));
      expect(drawn.every(({ attempts }) => attempts[0]?.role === 'PRIMARY')).toBe(true);
      expect(drawn[0]?.bucketReason).toMatch(/Of 2 channels with one priority "(heavy|light)" was drawn, at [13] to 4\.$/);
      const cached = await all(8, 'weighted', { prompt_cache_key: 'chapter-1' });
      expect(new Set(firsts(cached)).size).toBe(1);
      expect(cached[0]?.bucketReason).toMatch(/its prompt_cache_key keeps to one\.$/);
      expect(new Set(firsts(await all(8, 'kept'))).size).toBe(1);
    });

    promise('moves within a priority as it moves to a backup, and says what that cost', async () => {
      for (const upstream of [bed.a, bed.b]) upstream.script('weighted', {});
      const [first] = [await call('weighted', { prompt_cache_key: 'k' })];
      const failing = first?.finalChannel?.id === 'heavy' ? bed.a : bed.b;
      failing.script('weighted', { status: 500 });
      const story = await call('weighted', { prompt_cache_key: 'k' });
      expect(rows(story).map(([, role, status]) => [role, status])).toEqual([
        ['PRIMARY', 'FAILED'],
        ['PRIMARY', 'SUCCEEDED'],
      ]);
      expect(story).toMatchObject({
        fallbackCount: 1,
        fallbackDelta: '0',
        charge: '0.000013',
        primaryChannel: { id: first?.finalChannel?.id },
      });
    });

    promise('stands in the metrics, by the names of the catalog', async () => {
      const text = await (await fetch(`${bed.gateway.origin}/metrics`)).text();
      expect(text).toMatch(/^tokens_forge_channel_breaker\{channel="ring",upstream_model="ringed"\} 0$/m);
    });
  },
  ['sqlite'],
);
