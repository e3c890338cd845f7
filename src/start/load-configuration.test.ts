import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../kernel/configuration-error';
import { loadConfiguration } from './load-configuration';

describe('loadConfiguration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  const check = (allowPrivate: boolean) => () => (allowPrivate ? null : 'points at a private address');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function catalogFile(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  async function faultsOf(environment: Record<string, string>): Promise<string[]> {
    const error = await loadConfiguration(check, environment).catch((caught: unknown) => caught);
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ path, problem }) => `${path}: ${problem}`);
  }

  const CHANNEL = 'channels: [{ id: a, protocol: openai, baseUrl: "http://10.0.0.1/v1", apiKey: "${A_KEY}" }]\nmodels: []\nroutes: []\n';

  it('names the faults of the environment and of the catalog in one go', async () => {
    const CATALOG = catalogFile('wrong.yaml', `${CHANNEL}extra: 1\n`);
    expect(await faultsOf({ PORT: 'x', CATALOG })).toEqual([
      'PORT: must be a whole number from 0 to 65535',
      'channels[0].apiKey: the environment has no A_KEY',
      'extra: unknown field',
      'channels[0].baseUrl: points at a private address',
    ]);
  });

  it('lets channels point anywhere when private addresses are allowed', async () => {
    const CATALOG = catalogFile('private.yml', CHANNEL);
    const { catalog } = await loadConfiguration(check, { CATALOG, A_KEY: 'sk-a', UPSTREAM_ALLOW_PRIVATE: 'true' });
    expect(catalog?.routing.channels).toMatchObject([{ id: 'a', apiKey: 'sk-a', baseUrl: 'http://10.0.0.1/v1' }]);
  });

  it('reads JSON by its name', async () => {
    const CATALOG = catalogFile('catalog.json', '{\n\t"channels": [],\n\t"models": [],\n\t"routes": []\n}');
    expect((await loadConfiguration(check, { CATALOG })).catalog?.routing.channels).toEqual([]);
  });

  it("never lets a secret of an account be the operator's token, whatever else is wrong", async () => {
    const keys = '[{ id: chat, name: Chat, secret: sk-tf-one-secret-for-all }]';
    const accounts = `accounts: [{ id: acme, name: Acme, token: one-token-for-all }, { id: globex, name: Globex, keys: ${keys} }]`;
    const CATALOG = catalogFile('shared.yaml', `channels: []\nmodels: []\nroutes: []\n${accounts}\n`);
    const problem = "is the operator's token: give the account a secret of its own";
    const asToken = await faultsOf({ CATALOG, ADMIN_TOKEN: 'one-token-for-all', PORT: 'x' });
    expect(asToken).toEqual(['PORT: must be a whole number from 0 to 65535', `accounts[0].token: ${problem}`]);
    const asKey = await faultsOf({ CATALOG, ADMIN_TOKEN: 'sk-tf-one-secret-for-all' });
    expect(asKey).toEqual([`accounts[1].keys[0].secret: ${problem}`]);
    expect((await loadConfiguration(check, { CATALOG, ADMIN_TOKEN: 'a-token-of-its-own' })).catalog?.accounts).toHaveLength(2);
  });

  it('says which file is not there', async () => {
    const CATALOG = join(folder, 'nowhere.yaml');
    expect(await faultsOf({ CATALOG })).toEqual([`CATALOG: the file ${CATALOG} does not exist`]);
  });

  it('leaves the catalog to the demo when none is given', async () => {
    expect((await loadConfiguration(check, {})).catalog).toBeNull();
  });
});
