/** The first start on an empty database: tables, catalog, accounts and money, once, however many processes start together. */
import { audit } from '../support/audit';
import { freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { postChat, receipt } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';

const TOGETHER = 3;

describe(`${TOGETHER} gateways that start together on an empty MySQL database`, () => {
  let served = false;
  let database: TestDatabase;
  let upstream: ScriptedUpstream;
  let gateways: GatewayProcess[] = [];

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    upstream = await startScriptedUpstream();
    database = await freshDatabase('mysql');
    await empty(database);
    const settings = { databaseUrl: database.url, catalog: shopCatalog({ a: upstream, b: upstream, official: upstream }) };
    gateways = await Promise.all(Array.from({ length: TOGETHER }, () => startGateway(settings)));
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    await Promise.all([upstream?.close(), database?.drop()]);
  });

  const promise = whereServed(() => served);

  promise('all serve, and read each other’s receipts', async () => {
    for (const [index, { origin }] of gateways.entries()) {
      const response = await postChat(origin, secretOf('chat'), { model: 'small', messages: HI });
      expect(response.status).toBe(200);
      const other = gateways[(index + 1) % TOGETHER]?.origin ?? '';
      expect(await receipt(other, secretOf('chat'), response.headers.get('x-request-id'))).toMatchObject({ status: 'SUCCEEDED' });
    }
  });

  promise('have topped up each wallet once, and made one version of each price', async () => {
    const wallets = await database.query("SELECT posted FROM wallet WHERE id = 'acme:RMB'");
    expect(wallets).toEqual([{ posted: 1_000_000_000_000n - BigInt(TOGETHER) * 13_000n }]);
    expect(await database.query('SELECT id FROM price_version WHERE version > 1')).toEqual([]);
    expect(await audit(database)).toEqual([]);
  });

  promise('all leave in good order', async () => {
    const ends = await Promise.all(gateways.map((gateway) => gateway.stop()));
    expect(ends.map(({ code }) => code)).toEqual(gateways.map(() => 0));
  });
});

async function empty(database: TestDatabase): Promise<void> {
  for (const row of await database.query('SHOW TABLES')) await database.query(`DROP TABLE \`${Object.values(row)[0]}\``);
}
