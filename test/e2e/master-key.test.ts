/** A change of the master key, as an operator makes it. */
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freshDatabase } from '../support/databases';
import { postChat } from '../support/forge-client';
import { type GatewaySettings, gatewayThatRefuses, startGateway } from '../support/gateway-process';
import { startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const [FIRST, SECOND, WRONG] = [keyOf(1), keyOf(2), keyOf(3)];

it('a new master key opens what the previous one had sealed, from then on alone; a wrong one is refused with its name', async () => {
  const database = await freshDatabase('sqlite');
  const [a, b, official] = await Promise.all([startScriptedUpstream(), startScriptedUpstream(), startScriptedUpstream()]);
  const settings = (environment: Record<string, string>): GatewaySettings => ({
    ...{ databaseUrl: database.url, catalog: shopCatalog({ a, b, official }) },
    environment: { IDEMPOTENCY_RETENTION: '1h', ...environment },
  });
  const body = { model: 'small', messages: HI, max_tokens: 10 };
  const ask = async (environment: Record<string, string>) => {
    const gateway = await startGateway(settings(environment));
    const response = await postChat(gateway.origin, secretOf('chat'), body, { headers: { 'idempotency-key': 'once' } });
    const told = [response.status, response.headers.get('x-request-id'), await response.text()];
    expect((await gateway.stop()).code).toBe(0);
    return told;
  };
  const first = await ask({ MASTER_KEY: FIRST });
  expect(first[0]).toBe(200);
  for (const wrong of [{ MASTER_KEY: SECOND }, { MASTER_KEY: SECOND, MASTER_KEY_PREVIOUS: WRONG }] as Record<string, string>[]) {
    const { code, stderr } = await gatewayThatRefuses(settings(wrong));
    expect([code, stderr]).toEqual([78, expect.stringMatching(/MASTER_KEY(_PREVIOUS)?: does not open .*channel "/)]);
  }
  // The answer that was kept is given again: it was sealed anew, and so were the secrets of channels.
  const answer = (await ask({ MASTER_KEY: SECOND, MASTER_KEY_PREVIOUS: FIRST }))[2];
  expect(answer).toBe(first[2]);
  expect((await ask({ MASTER_KEY: SECOND }))[2]).toBe(answer);
  expect(a.requests).toHaveLength(1);
  expect(a.requests[0]?.headers.authorization).toBe('Bearer sk-upstream-cheap-a');
  await Promise.all([a.close(), b.close(), official.close(), database.drop()]);
});

it('a database that was made with a master key is not opened with a new one, and none is made for it', async () => {
  const database = await freshDatabase('sqlite');
  const UPSTREAM = { baseUrl: 'http://127.0.0.1:9/v1' };
  const settings = { databaseUrl: database.url, catalog: shopCatalog({ a: UPSTREAM, b: UPSTREAM, official: UPSTREAM }) };
  const gateway = await startGateway(settings);
  expect((await gateway.stop()).code).toBe(0);
  const { code, stderr } = await gatewayThatRefuses({ ...settings, environment: { MASTER_KEY: '' } });
  expect([code, stderr]).toEqual([78, expect.stringMatching(/MASTER_KEY: is not set, and master\.key is missing beside /)]);
  const file = database.url.replace('sqlite:', '');
  expect(readdirSync(dirname(file))).not.toContain('master.key');
  await database.drop();
});

it('a master key that is there and cannot be read is named, and no other is made', async () => {
  const database = await freshDatabase('sqlite');
  const file = join(dirname(database.file), 'master.key');
  mkdirSync(file);
  const UPSTREAM = { baseUrl: 'http://127.0.0.1:9/v1' };
  const catalog = shopCatalog({ a: UPSTREAM, b: UPSTREAM, official: UPSTREAM });
  const { code, stderr } = await gatewayThatRefuses({ databaseUrl: database.url, catalog, environment: { MASTER_KEY: '' } });
  expect([code, stderr]).toEqual([78, expect.stringContaining(`${file}: cannot be read (EISDIR)`)]);
  expect(stderr).not.toMatch(/^\s+at /m);
  await database.drop();
});
