/** The vocabulary that tokens are counted with takes a third of a second to load, in which no stream goes on. */
import { freshDatabase, type TestDatabase } from '../support/databases';
import { postChat, receipt } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const nodeArguments = ['-r', require.resolve('../support/told-vocabulary.cjs')];

describe('a gateway that listens', () => {
  let upstream: ScriptedUpstream;
  let database: TestDatabase;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    database = await freshDatabase('sqlite');
  });

  afterAll(async () => {
    await upstream.close();
    await database.drop();
  });

  const start = (environment = {}) =>
    startGateway({
      databaseUrl: database.url,
      catalog: shopCatalog({ a: upstream, b: upstream, official: upstream }),
      nodeArguments,
      environment,
    });

  it('has loaded the vocabulary before, so that no stream stands still for it', async () => {
    const gateway = await start();
    const { stdout } = await gateway.stop();
    expect(stdout.split('reads the vocabulary')).toHaveLength(2);
    expect(stdout.indexOf('reads the vocabulary')).toBeLessThan(stdout.indexOf('listens on'));
  });

  it('serves what providers count themselves where the vocabulary cannot be loaded, and says so', async () => {
    const gateway = await start({ NO_VOCABULARY: 'true' });
    expect(gateway.stderr).toContain('the vocabulary that tokens are counted with cannot be loaded');
    const answer = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI });
    expect(answer.status).toBe(200);
    const { usage } = await receipt(gateway.origin, CHAT, answer.headers.get('x-request-id') ?? '');
    expect(usage.source).toBe('PROVIDER');
    await gateway.stop();
  });
});
