/** Whoever sends a name as long as a body is told what is wrong with it in a message of ordinary length, wherever the name stands. */
import { graph, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const LONG = 'm'.repeat(900_000);
/** As long as an id in a path may be. */
const LONG_ID = 'i'.repeat(450);
const MESSAGE_MAX = 400;

const MODEL_CALLS: Readonly<Record<string, object>> = {
  '/v1/chat/completions': { messages: HI },
  '/v1/completions': { prompt: 'hi' },
  '/v1/embeddings': { input: 'hi' },
  '/v1/responses': { input: 'hi' },
  '/v1/messages': { messages: HI, max_tokens: 9 },
  '/v1/messages/count_tokens': { messages: HI },
  '/v1/images/generations': { prompt: 'a hat' },
  '/v1/audio/speech': { input: 'hi', voice: 'alloy' },
  '/v1/moderations': { input: 'hi' },
};

onEachDatabase('a name that is as long as a body is quoted in its beginning', (bed, promise) => {
  const told = async (path: string, body?: object) => {
    const response = await fetch(`${bed.gateway.origin}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${CHAT}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, id: response.headers.get('x-request-id') };
  };

  for (const [path, body] of Object.entries(MODEL_CALLS)) {
    promise(`${path}: an unknown model, in the answer and on the receipt`, async () => {
      const { status, text, id } = await told(path, { model: LONG, ...body });
      expect([status, text.length < MESSAGE_MAX, /The model \\"m{199}…\\" does not exist/.test(text)]).toEqual([404, true, true]);
      if (path === '/v1/messages/count_tokens') return;
      const { requestedModel } = await receipt(bed.gateway.origin, CHAT, id);
      expect(requestedModel).toBe(`${'m'.repeat(199)}…`);
    });
  }

  promise('a member that no channel can carry', async () => {
    const { status, text } = await told('/v1/chat/completions', { model: 'incompatible', messages: HI, [LONG]: 1 });
    expect([status, text.length < 2 * MESSAGE_MAX]).toEqual([400, true]);
  });

  promise('an unknown member of a run', async () => {
    const { status, text } = await told('/v1/runs', { name: 'nightly', [LONG]: 1 });
    expect([status, text.length < 2 * MESSAGE_MAX]).toEqual([400, true]);
  });

  promise('ids in paths, and paths', async () => {
    for (const path of [`/v1/receipts/${LONG_ID}`, `/v1/runs/${LONG_ID}`, `/v1/models/${LONG_ID}`, `/v1/${LONG_ID}`, `/v1/%${LONG_ID}`]) {
      const { status, text } = await told(path);
      expect([path, status === 404 || status === 400, text.length < MESSAGE_MAX]).toEqual([path, true, true]);
    }
  });

  promise('arguments of the graph, in errors and in reasons', async () => {
    const preview = 'query($input: RoutePreviewInput!) { routePreview(input: $input) { reason } }';
    const input = { apiKeyId: 'chat', model: LONG };
    const { routePreview } = await graph<{ routePreview: { reason: string } }>(bed.gateway.origin, CHAT, preview, { input });
    expect(routePreview.reason.length).toBeLessThan(MESSAGE_MAX);
    const create = 'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
    const named = { name: 'long', allowedModels: [LONG] };
    const refused = graph(bed.gateway.origin, tokenOf('acme'), create, { input: named });
    await expect(refused).rejects.toThrow(/names the model \\"m{199}…\\", which does not exist/);
  });
});
