import type { FastifyInstance } from 'fastify';
import { createServer } from './server';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('an address that is served elsewhere', () => {
  let app: FastifyInstance;
  let origin: string;

  beforeEach(async () => {
    app = createServer(SILENT);
    app.post('/v1/chat/completions', async () => 'said');
    origin = await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(() => app.close());

  const told = async (url: string) => (await fetch(origin + url, { method: 'POST' })).json();

  it.each([
    ['its own prefix', '/compatible-mode/v1/chat/completions'],
    ['another version', '/api/v3/chat/completions'],
    ['something behind the version', '/v1beta/openai/chat/completions'],
  ])('by another provider, with %s, is told as it is here', async (_what, path) => {
    const message = `There is no POST ${path}, but there is /v1/chat/completions: look at the base URL of the client.`;
    expect(await told(path)).toMatchObject({ error: { code: 'not_found', message } });
  });

  it.each([
    ['OpenAI’s first clients', '/v1/engines/gpt-4/chat/completions'],
    ['clients for Azure', '/openai/deployments/gpt-4/chat/completions'],
  ])('to %s, which send the model in it, is told as it is here, and where the model belongs', async (_whom, path) => {
    const where = 'which takes the name of the model in the body: give it as `model`, to a client that is not for Azure.';
    const message = `There is no POST ${path}, but there is /v1/chat/completions, ${where}`;
    expect(await told(`${path}?api-version=1`)).toMatchObject({ error: { code: 'not_found', message } });
  });

  it('is not told where it only ends alike', async () => {
    const path = '/v1/threads/1/chat/completions';
    expect(await told(path)).toMatchObject({ error: { code: 'not_found', message: `There is no POST ${path}.` } });
  });
});
