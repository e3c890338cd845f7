/** What the graph says before a request is what happens to it. */
import { graph, postChat, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CHAT = secretOf('chat');

interface Preview {
  readonly callable: boolean;
  readonly reason: string | null;
  readonly routeType: string | null;
  readonly bucket: string | null;
  readonly bucketReason: string | null;
  readonly holdAmount: string | null;
  readonly availableBefore: string | null;
  readonly availableAfter: string | null;
  readonly price: { readonly versionId: string } | null;
  readonly steps: readonly { readonly channel: { readonly id: string } }[];
  readonly warnings: readonly { readonly code: string }[];
}

const FIELDS = `callable reason routeType bucket bucketReason holdAmount availableBefore availableAfter price { versionId }
  steps { channel { id } role upstreamModel } warnings { code message }`;

onEachDatabase('a preview of a route', (bed, promise) => {
  const ask = <T>(token: string, query: string, variables: object = {}) => graph<T>(bed.gateway.origin, token, query, variables);
  const preview = async (token: string, input: object): Promise<Preview> => {
    const query = `query($input: RoutePreviewInput!) { routePreview(input: $input) { ${FIELDS} } }`;
    return (await ask<{ routePreview: Preview }>(token, query, { input })).routePreview;
  };

  promise('names the route, the balance, the price and the hold that the request then has', async () => {
    // The bound of the input: one token for each byte of text, and 16 for the message.
    const inputTokens = HI.reduce((sum, { content }) => sum + Buffer.byteLength(content) + 16, 0);
    const told = await preview(CHAT, { apiKeyId: 'chat', model: 'small', inputTokens, maxOutputTokens: 50 });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI, max_tokens: 50 });
    await response.text();
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id') ?? '');
    expect(told).toMatchObject({ callable: true, reason: null, routeType: story.routeType, bucket: story.bucket });
    expect(told.bucketReason).toBe(story.bucketReason);
    expect(told.price?.versionId).toBe(story.price?.versionId);
    expect(told.holdAmount).toBe(story.hold?.amount);
  });

  promise('says of a key that is beyond its rate what the call itself is told', async () => {
    const MADE = 'mutation { createApiKey(input: { name: "rated", requestsPerMinute: 1 }) { secret apiKey { id } } }';
    const { createApiKey: made } = await ask<{ createApiKey: { secret: string; apiKey: { id: string } } }>(ACME, MADE);
    const call = () => postChat(bed.gateway.origin, made.secret, { model: 'small', messages: HI });
    const input = { apiKeyId: made.apiKey.id, model: 'small' };
    expect(await preview(made.secret, input)).toMatchObject({ callable: true, reason: null });
    await (await call()).text();
    const { error } = (await (await call()).json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('rate_limit_exceeded');
    // The seconds run on between the two.
    const words = error.message.slice(0, error.message.indexOf(' in '));
    const told = await preview(made.secret, input);
    expect(told).toMatchObject({ callable: false, reason: expect.stringContaining(words), routeType: 'ORDINARY', holdAmount: null });
    const { apiKey } = await ask<{ apiKey: { callableModels: { model: string; callable: boolean; reason: string | null }[] } }>(
      made.secret,
      `{ apiKey(id: "${made.apiKey.id}") { callableModels { model callable reason } } }`,
    );
    expect(apiKey.callableModels.find(({ model }) => model === 'small')).toMatchObject({
      callable: false,
      reason: expect.stringContaining(words),
    });
  });

  promise('says what to change where nothing can be called', async () => {
    const unknown = await preview(CHAT, { apiKeyId: 'chat', model: 'no-such-model' });
    expect(unknown).toMatchObject({ callable: false, steps: [], holdAmount: null });
    expect(unknown.reason).toMatch(/does not exist.*GET \/v1\/models/);
  });

  promise('is for those who may see the key', async () => {
    await expect(preview(tokenOf('globex'), { apiKeyId: 'chat', model: 'small' })).rejects.toThrow(/There is no API key/);
    await expect(preview(CHAT, { apiKeyId: 'chat', model: 'small', inputTokens: -1 })).rejects.toThrow(/must be 0 or more/);
  });

  promise('lists for a key what it can call, and where not, why', async () => {
    const { apiKey } = await ask<{
      apiKey: { callableModels: { model: string; callable: boolean; reason: string | null; hasBackup: boolean }[] };
    }>(ACME, '{ apiKey(id: "chat") { callableModels { model callable reason hasBackup routeType bucket price { input } } } }');
    expect(apiKey.callableModels.find(({ model }) => model === 'small')).toMatchObject({ callable: true, reason: null, hasBackup: true });
    for (const { callable, reason } of apiKey.callableModels) expect(callable).toBe(reason === null);
    expect(apiKey.callableModels.some(({ callable }) => !callable)).toBe(true);
  });
});
