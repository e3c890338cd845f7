/**
 * Events of spend, told over connections that break: the gateway is killed and started again in the middle, and the client goes
 * on behind the last cursor that it saw. The chain of balances shows that none is lost, repeated or out of order.
 * `SPEND_EVENTS=10000` tells as many as that.
 */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { audit } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { type GatewayProcess, type GatewaySettings, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { seededRandom } from '../support/seeded-random';
import { secretOf, shopCatalog, tokenOf } from '../support/shop-catalog';
import { type Load, startLoad } from './load';

const EVENTS = Number.parseInt(process.env['SPEND_EVENTS'] ?? '1000', 10);
const KILLS = 5;
/** Before the first entry of the wallet. */
const FROM_THE_START = Buffer.from('acme:RMB 0 0').toString('base64url');
const QUERY = 'subscription($after: String) { spend(after: $after) { cursor bucket entry { id balanceBefore balanceAfter } } }';

interface Told {
  readonly cursor: string;
  readonly bucket: string;
  readonly entry: { readonly id: string; readonly balanceBefore: string; readonly balanceAfter: string };
}

/** The events of one connection. A killed gateway ends it without a word. @throws what the graph itself says */
async function* eventsAfter(origin: string, after: string): AsyncGenerator<Told> {
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${tokenOf('acme')}` },
  });
  try {
    for await (const { data, errors } of client.iterate<{ spend: Told }>({ query: QUERY, variables: { after } })) {
      if (errors !== undefined || !data) throw new Error(JSON.stringify(errors));
      yield data.spend;
    }
  } catch (error) {
    if (error instanceof Error) throw error;
  } finally {
    void client.dispose();
  }
}

describe.each<DatabaseKind>(['sqlite', 'mysql'])(`${EVENTS} events of spend over ${KILLS} kills, on %s`, (kind) => {
  const random = seededRandom();
  const told: Told[] = [];
  let served = false;
  let database: TestDatabase;
  let upstream: ScriptedUpstream;
  let settings: GatewaySettings;
  let gateway: GatewayProcess;
  let load: Load;
  let connections = 0;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    upstream = await startScriptedUpstream();
    database = await freshDatabase(kind);
    settings = { databaseUrl: database.url, catalog: shopCatalog({ a: upstream, b: upstream, official: upstream }) };
    load = startLoad({ clients: 32, apiKey: secretOf('chat'), models: ['small'], random });
  });

  afterAll(async () => {
    load?.direct(null);
    await gateway?.kill();
    await load?.stop();
    await Promise.all([upstream?.close(), database?.drop()]);
  });

  /** Follows one connection to its end, or until it has told enough. */
  async function follow(isDone: () => boolean): Promise<void> {
    connections += 1;
    for await (const event of eventsAfter(gateway.origin, told.at(-1)?.cursor ?? FROM_THE_START)) {
      if (event.bucket === 'RMB') told.push(event);
      if (isDone()) return;
    }
  }

  it(
    'tell each entry once and in order',
    async () => {
      if (!served) return;
      gateway = await startGateway(settings);
      for (let kill = 0; kill < KILLS; kill += 1) {
        load.direct(gateway.origin);
        const enough = told.length + random.between(200, EVENTS / KILLS / 2);
        await follow(() => told.length >= enough);
        const following = follow(() => false);
        await upstream.until(() => upstream.served.length >= (kill + 1) * (EVENTS / KILLS));
        await gateway.kill();
        load.direct(null);
        await following;
        await eventually(() => expect(load.busy).toBe(0));
        gateway = await startGateway(settings);
      }
      load.direct(gateway.origin);
      await upstream.until(() => upstream.served.length >= EVENTS * 1.1);
      load.direct(null);
      await eventually(() => expect(load.busy).toBe(0));
      await eventually(async () => expect(await database.query("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]));
      const written = await database.query("SELECT id FROM transfer WHERE wallet_id = 'acme:RMB'");
      // Whoever reads slowly is told to come back with the last cursor.
      while (told.length < written.length) await follow(() => told.length >= written.length);

      expect(told.length).toBeGreaterThan(EVENTS);
      const ids = told.map(({ entry }) => entry.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set(written.map(({ id }) => String(id))));
      const breaks = told.flatMap(({ entry }, at) => (at === 0 || told[at - 1]?.entry.balanceAfter === entry.balanceBefore ? [] : [at]));
      expect(breaks).toEqual([]);
      expect(connections).toBeGreaterThan(KILLS);
      expect(await audit(database)).toEqual([]);
    },
    600_000 + EVENTS * 200,
  );
});
