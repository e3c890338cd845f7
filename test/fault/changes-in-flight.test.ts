/** What an operator changes while a call runs: the running call ends on the terms of its hold, the next one on the new. */
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { chunksOf, graph, postChat, type ReceiptJson, receipt, textOf } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';
import { callOnce } from './one-call';

const DEAR = { input: '3', output: '12' };
const FOLLOWED_MS = 2_000 + SLACK_MS;

interface Running {
  readonly id: string;
  finish(): Promise<ReceiptJson>;
}

/** A stream of which the first words have arrived; it goes on when it is told to. */
async function runningStream(bed: Bed, keyId: string, gateway: GatewayProcess = bed.gateway): Promise<Running> {
  const { opened, open } = gate();
  bed.a.next({ text: 'one two three', gate: { before: 2, opened } });
  const response = await postChat(gateway.origin, secretOf(keyId), { model: 'small', messages: HI, stream: true });
  const id = response.headers.get('x-request-id') ?? '';
  return {
    id,
    finish: async () => {
      open();
      expect(textOf(chunksOf(await response.text()))).toBe('one two three');
      return storyOf(bed, keyId, id);
    },
  };
}

/** A key that may not call any more may not read either: its account can. */
async function storyOf(bed: Bed, keyId: string, id: string): Promise<ReceiptJson> {
  const response = await fetch(`${bed.gateway.origin}/v1/receipts/${id}`, { headers: { authorization: `Bearer ${secretOf(keyId)}` } });
  if (response.ok) return (await response.json()) as ReceiptJson;
  const query = 'query($id: ID!) { receipt(id: $id) { status stopReason charge hold { state } price { versionId input } } }';
  return (await graph<{ receipt: ReceiptJson }>(bed.gateway.origin, tokenOf('acme'), query, { id })).receipt;
}

const dearer = (bed: Bed) => ({
  ...bed.catalog,
  routes: bed.catalog.routes.map((route) => (route.model === 'small' && route.type === 'ORDINARY' ? { ...route, price: DEAR } : route)),
});

const change = (gateway: GatewayProcess, mutation: string, id: string) =>
  graph(gateway.origin, tokenOf('acme'), `mutation($id: ID!) { ${mutation}(id: $id) { id } }`, { id });

onEachDatabase('a call that runs', (bed, promise) => {
  promise(
    'while the gateway is restarted with another price is charged the price of its hold, and its receipt names that version',
    async () => {
      const before = await callOnce(bed, { model: 'small' });
      const running = await runningStream(bed, 'chat');
      const { settings } = bed.gateway;
      const leaving = bed.gateway.stop();
      const finished = running.finish().catch(() => undefined);
      await Promise.all([leaving, finished]);
      bed.gateway = await startGateway({ ...settings, catalog: dearer(bed) });
      const story = await receipt(bed.gateway.origin, secretOf('chat'), running.id);
      expect(story).toMatchObject({ status: 'SUCCEEDED', charge: '0.000013', price: before.story.price });
      const after = await callOnce(bed, { model: 'small' });
      expect([after.story.charge, after.story.price?.input]).toEqual(['0.000039', '3']);
    },
  );

  promise(
    'when its gateway is killed, and the next starts with another price, is never given the new price',
    async () => {
      const { versionId } = (await callOnce(bed, { model: 'small' })).story.price ?? {};
      const running = await runningStream(bed, 'chat');
      const { settings } = bed.gateway;
      await bed.gateway.kill();
      bed.gateway = await startGateway({ ...settings, catalog: bed.catalog });
      await eventually(async () => {
        const story = await receipt(bed.gateway.origin, secretOf('chat'), running.id);
        expect(story).toMatchObject({ status: 'ABANDONED', stopReason: 'GATEWAY_CRASH' });
        expect([versionId, undefined]).toContain(story.price?.versionId);
      });
      expect((await callOnce(bed, { model: 'small' })).story.price?.versionId).not.toBe(versionId);
    },
    600_000,
  );

  promise(
    'whose key is limited to less than it holds is settled in full; the next call names the limit, and reaches no provider',
    async () => {
      const running = await runningStream(bed, 'chat');
      const limit = async (spendLimits: string) => {
        const mutation = `mutation($id: ID!) { updateApiKey(id: $id, input: { spendLimits: [${spendLimits}] }) { id } }`;
        await graph(bed.gateway.origin, tokenOf('acme'), mutation, { id: 'chat' });
      };
      await limit('{ bucket: RMB, window: DAY, amount: "0.000001" }');
      const sent = bed.a.requests.length;
      const refused = await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI });
      expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'spend_limit_reached' } }]);
      expect(bed.a.requests.length).toBe(sent);
      expect(await running.finish()).toMatchObject({ status: 'SUCCEEDED', charge: '0.000013', hold: { state: 'SETTLED' } });
      await limit('');
      expect((await callOnce(bed, { model: 'small' })).story.status).toBe('SUCCEEDED');
    },
  );

  for (const [mutation, key, code] of [
    ['pauseApiKey', 'pausable', 'key_paused'],
    ['revokeApiKey', 'revocable', 'key_revoked'],
  ] as const) {
    promise(
      `when its key meets ${mutation} is settled in full; the next call is refused at once, holds nothing and reaches no provider`,
      async () => {
        const running = await runningStream(bed, key);
        await change(bed.gateway, mutation, key);
        const sent = bed.a.requests.length;
        const refused = await postChat(bed.gateway.origin, secretOf(key), { model: 'small', messages: HI });
        expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code } }]);
        expect(bed.a.requests.length).toBe(sent);
        expect(await running.finish()).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', hold: { state: 'SETTLED' } });
      },
    );
  }
});

onEachDatabase(
  'a call that runs in one process, when another',
  (bed, promise) => {
    promise('applies a dearer catalog, is charged the price of its hold; the next one pays the new price within two seconds', async () => {
      const cheap = await callOnce(bed, { model: 'small' });
      const running = await runningStream(bed, 'chat');
      const other = await startGateway({ ...bed.gateway.settings, catalog: dearer(bed) });
      try {
        await eventually(async () => expect((await callOnce(bed, { model: 'small' })).story.price?.input).toBe('3'), FOLLOWED_MS);
        const story = await running.finish();
        expect(story).toMatchObject({ status: 'SUCCEEDED', charge: '0.000013', price: cheap.story.price });
      } finally {
        await other.stop();
      }
    });

    for (const [mutation, key, code] of [
      ['pauseApiKey', 'pausable', 'key_paused'],
      ['revokeApiKey', 'revocable', 'key_revoked'],
    ] as const) {
      promise(`does ${mutation} with its key, is settled in full; the next one is refused within two seconds`, async () => {
        const other = await startGateway(bed.gateway.settings);
        try {
          const running = await runningStream(bed, key);
          await change(other, mutation, key);
          await eventually(async () => {
            const refused = await postChat(bed.gateway.origin, secretOf(key), { model: 'small', messages: HI });
            expect(await refused.json()).toMatchObject({ error: { code } });
          }, FOLLOWED_MS);
          expect(await running.finish()).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', hold: { state: 'SETTLED' } });
        } finally {
          await other.stop();
        }
      });
    }
  },
  ['mysql'],
);
