/** The vocabulary that tokens are counted with takes a third of a second to load, in which no stream goes on. */
import { freshDatabase, type TestDatabase } from '../support/databases';
import { postChat, receipt } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const nodeArguments = ['-r', require.resolve('../support/told-vocabulary.cjs')];

describe('the vocabulary of tokens', () => {
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

  const stream = async (origin: string) => {
    const answer = await postChat(origin, CHAT, { model: 'small', messages: HI, stream: true });
    return { text: await answer.text(), story: await receipt(origin, CHAT, answer.headers.get('x-request-id') ?? '') };
  };

  it('is loaded before the first stream is sent, so that none stands still for it; whole answers that tell their usage need none', async () => {
    const gateway = await start();
    const whole = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI });
    expect(whole.status).toBe(200);
    expect(gateway.stdout).not.toContain('reads the vocabulary');
    let loadedWhenSent = false;
    upstream.next(() => {
      loadedWhenSent = gateway.stdout.includes('reads the vocabulary');
      return {};
    });
    await stream(gateway.origin);
    await stream(gateway.origin);
    const { stdout } = await gateway.stop();
    expect(loadedWhenSent).toBe(true);
    expect(stdout.split('reads the vocabulary')).toHaveLength(2);
  });

  it('is not needed for streams that tell their usage: where it cannot be loaded they are served, and the log says so', async () => {
    const gateway = await start({ NO_VOCABULARY: 'true' });
    const { text, story } = await stream(gateway.origin);
    expect(text).toContain('[DONE]');
    expect(story.usage.source).toBe('PROVIDER');
    expect(gateway.stderr).toContain('the vocabulary that tokens are counted with cannot be loaded');
    await gateway.stop();
  });
});
