/** A gateway whose database is away: before a hold, at a settlement, under load. The proxy stands between the two. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { audit } from '../support/audit';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { chunksOf, eventsOf, get, graphAnswer, postChat, receipt, textOf } from '../support/forge-client';
import { type GatewayProcess, type GatewaySettings, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { seededRandom } from '../support/seeded-random';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';
import { startLoad } from './load';
import { contradictions } from './witness';

const CHAT = secretOf('chat');
const TOLD_MS = 5_000 + SLACK_MS;
const ANSWER = { model: 'small', messages: HI };
const ASKED_AT_ONCE = 40;

describe('a gateway whose database is away, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let upstream: ScriptedUpstream;
  let settings: GatewaySettings;
  let gateway: GatewayProcess;
  let folder: string;

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-away-'));
    upstream = await startScriptedUpstream();
    database = await freshDatabase('mysql');
    proxy = await cuttingProxy(database.url);
    settings = { databaseUrl: proxy.url, catalog: shopCatalog({ a: upstream, b: upstream, official: upstream }), folder };
    gateway = await startGateway(settings);
  });

  afterAll(async () => {
    proxy?.mend();
    await gateway?.kill();
    await proxy?.close();
    await upstream?.close();
    if (served) rmSync(folder, { recursive: true, force: true });
    await database?.drop();
  });

  afterEach(async () => {
    if (!served) return;
    proxy.mend();
    await eventually(async () => expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(200));
  });

  const promise = whereServed(() => served);

  const openHolds = async () => (await database.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'"))[0]?.['n'];

  /** A stream that has begun and waits for the gate. */
  async function begun(opened: Promise<void>): Promise<{ id: string; body: Promise<string> }> {
    upstream.next({ gate: { before: 2, opened } });
    const response = await postChat(gateway.origin, CHAT, { ...ANSWER, stream: true });
    expect(response.status).toBe(200);
    return { id: response.headers.get('x-request-id') ?? '', body: response.text() };
  }

  /** What a client hears, and how long it takes. */
  async function ask(): Promise<{ status: number; code: string; retryAfter: string | null; tookMs: number }> {
    const startedAt = performance.now();
    const response = await postChat(gateway.origin, CHAT, ANSWER);
    const body = (await response.json()) as { error?: { code: string } };
    const tookMs = performance.now() - startedAt;
    return { status: response.status, code: body.error?.code ?? '', retryAfter: response.headers.get('retry-after'), tookMs };
  }

  const troubles: [string, () => void][] = [
    ['refuses connections', () => proxy.sever()],
    ['accepts everything and answers nothing', () => proxy.hang()],
  ];

  promise('that keeps one question waiting behind a lock: a gateway that is stopped leaves all the same, with 0', async () => {
    const other = await startGateway({ ...settings, folder: undefined });
    const locked = await createConnection({ uri: database.url });
    await locked.query('LOCK TABLES account WRITE');
    const asked = graphAnswer(other.origin, OPERATOR_TOKEN, '{ accounts { id } }').catch(() => undefined);
    await eventually(async () => {
      const [row] = await database.query(
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE '%metadata lock%'",
      );
      expect(row?.['n']).toBeGreaterThan(0n);
    });
    expect((await other.stop()).code).toBe(0);
    await asked;
    await locked.end();
  });

  for (const [words, begin] of troubles) {
    promise(`that ${words}: a request hears 503 with retry-after within five seconds, and nothing is sent upstream`, async () => {
      const before = upstream.requests.length;
      expect((await ask()).status).toBe(200);
      begin();
      const heard = await Promise.all([ask(), ask(), ask()]);
      for (const one of heard) {
        expect(one).toMatchObject({ status: 503, code: 'temporarily_unavailable', retryAfter: expect.stringMatching(/^\d+$/) });
        expect(one.tookMs).toBeLessThan(TOLD_MS);
      }
      expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(503);
      expect((await fetch(`${gateway.origin}/healthz`)).status).toBe(200);
      expect(upstream.requests.length).toBe(before + 1);
      proxy.mend();
      await eventually(async () => expect((await ask()).status).toBe(200));
      await eventually(async () => expect(await openHolds()).toBe(0n));
      expect(await audit(database)).toEqual([]);
    });

    promise(`that ${words} at a settlement: the answer is completed, and charged once when the database is back`, async () => {
      const { opened, open } = gate();
      const { id, body } = await begun(opened);
      begin();
      open();
      const text = await body;
      expect(textOf(chunksOf(text))).toBe('You said: hi');
      expect(eventsOf(text).at(-1)).toBe('[DONE]');
      proxy.mend();
      await eventually(async () => expect(await receipt(gateway.origin, CHAT, id)).toMatchObject({ status: 'SUCCEEDED' }));
      expect(await receipt(gateway.origin, CHAT, id)).toMatchObject({ charge: '0.000013', hold: { state: 'SETTLED' } });
      expect(await database.query(`SELECT COUNT(*) AS n FROM transfer WHERE receipt_id = '${id}'`)).toEqual([{ n: 1n }]);
      expect(await audit(database)).toEqual([]);
    });
  }

  const QUESTIONS = [
    '{ receipts(first: 1) { nodes { id } } }',
    '{ accounts { id } }',
    '{ verifyLedger(walletId: "acme:RMB") { ok } }',
    'mutation { createApiKey(input: { accountId: "acme", name: "late" }) { apiKey { id } } }',
  ];

  for (const [words, begin] of troubles) {
    promise(`that ${words}: whoever reads or changes hears over both surfaces within five seconds that it passes`, async () => {
      const asked = await postChat(gateway.origin, CHAT, ANSWER);
      const id = asked.headers.get('x-request-id') ?? '';
      await receipt(gateway.origin, CHAT, id);
      begin();
      const startedAt = performance.now();
      const [heard, ...answers] = await Promise.all([
        get(gateway.origin, `/v1/receipts/${id}`, CHAT),
        ...QUESTIONS.map((question) => graphAnswer(gateway.origin, OPERATOR_TOKEN, question)),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(TOLD_MS);
      expect(heard.status).toBe(503);
      expect([heard.headers.get('retry-after'), heard.headers.get('x-should-retry')]).toEqual(['1', 'true']);
      expect(await heard.json()).toMatchObject({ error: { type: 'server_error', code: 'temporarily_unavailable' } });
      const refusal = { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', faultCode: 'temporarily_unavailable' } }] };
      expect(answers).toMatchObject(QUESTIONS.map(() => refusal));
    });
  }

  promise('that refuses connections: the log has its reason, and not a line for each who asks', async () => {
    const before = gateway.stderr.length;
    proxy.sever();
    const asking = Array.from({ length: ASKED_AT_ONCE }, () => graphAnswer(gateway.origin, OPERATOR_TOKEN, QUESTIONS[0] ?? ''));
    expect((await Promise.all(asking)).filter(({ errors }) => errors === undefined)).toEqual([]);
    const told = gateway.stderr.slice(before).split('\n');
    expect(told.filter((line) => line.includes('of the graph broke')).length).toBeLessThan(ASKED_AT_ONCE / 4);
    expect(gateway.stderr).toMatch(/of the graph broke/);
  });

  promise(
    'a settlement that waited on the disk of a killed process is charged once by the next one there, before its hold is swept',
    async () => {
      const { opened, open } = gate();
      const { id, body } = await begun(opened);
      proxy.sever();
      open();
      expect(eventsOf(await body).at(-1)).toBe('[DONE]');
      await gateway.kill();
      proxy.mend();
      expect(await openHolds()).toBe(1n);
      gateway = await startGateway(settings);
      await eventually(async () => expect(await receipt(gateway.origin, CHAT, id)).toMatchObject({ status: 'SUCCEEDED' }));
      expect(await receipt(gateway.origin, CHAT, id)).toMatchObject({ charge: '0.000013' });
      expect(await database.query(`SELECT COUNT(*) AS n FROM transfer WHERE receipt_id = '${id}'`)).toEqual([{ n: 1n }]);
      expect(await audit(database)).toEqual([]);
    },
    600_000,
  );

  promise(
    'a settlement that waits on the disk survives SIGTERM, and the process leaves with 0',
    async () => {
      const { opened, open } = gate();
      const { id, body } = await begun(opened);
      proxy.sever();
      open();
      await body;
      expect((await gateway.stop()).code).toBe(0);
      proxy.mend();
      gateway = await startGateway(settings);
      await eventually(async () => expect(await receipt(gateway.origin, CHAT, id)).toMatchObject({ status: 'SUCCEEDED' }));
      expect(await audit(database)).toEqual([]);
    },
    600_000,
  );

  promise(
    'under load, cut off three times for seconds: nothing is lost or doubled, and every answer that a client has is settled',
    async () => {
      const random = seededRandom();
      const load = startLoad({ clients: 8, apiKey: CHAT, models: ['small', 'stubborn'], random });
      try {
        load.direct(gateway.origin);
        for (let cut = 0; cut < 3; cut += 1) {
          const enough = upstream.served.length + random.between(40, 120);
          await upstream.until(() => upstream.served.length >= enough);
          if (cut === 1) proxy.hang();
          else proxy.sever();
          await pause(random.between(1_500, 3_500));
          proxy.mend();
          await eventually(async () => expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(200));
        }
        const finished = load.seen.filter((call) => call.finished).length;
        await eventually(() => expect(load.seen.filter((call) => call.finished).length).toBeGreaterThan(finished + 50));
        load.direct(null);
        await eventually(() => expect(load.busy).toBe(0));
      } finally {
        await load.stop();
      }
      // A refusal for the database is all that went wrong, and whoever heard one has no receipt yet or one without a charge.
      expect(load.odd.filter((answer) => !answer.includes('temporarily_unavailable'))).toEqual([]);
      await eventually(async () => expect(await openHolds()).toBe(0n));
      const price = { input: 1_000n, output: 4_000n };
      const seen = load.seen.filter((call) => call.finished);
      expect(await contradictions(database, { wallet: 'acme:RMB', witnesses: [{ upstream, price }], seen })).toEqual([]);
      expect(await audit(database)).toEqual([]);
    },
    600_000,
  );
});
