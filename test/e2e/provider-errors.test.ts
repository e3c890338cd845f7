/** What providers do wrong: what the client is told, what it costs, and what the receipt says. */
import OpenAI from 'openai';
import { graph, postChat, type ReceiptJson, receipt, sdk } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onOneDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const SCARCE = {
  ...{ model: 'scarce', type: 'ORDINARY', price: { input: '1', output: '4' } },
  channels: [{ channel: 'cheap-a' }, { channel: 'cheap-b' }],
};

onOneDatabase('when a provider fails', (bed, promise) => {
  async function call(
    model: string,
    more: object = {},
  ): Promise<{ status: number; error: Record<string, unknown>; headers: Headers; story: ReceiptJson }> {
    const response = await postChat(bed.gateway.origin, CHAT, { model, messages: HI, ...more });
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    return { status: response.status, error, headers: response.headers, story };
  }

  promise('its own 400 comes through with its status, message, type, code and param, and costs nothing', async () => {
    const sent = { message: 'max_tokens is too large', type: 'invalid_request_error', code: 'bad_limit', param: 'max_tokens' };
    bed.a.next({ status: 400, error: sent });
    const before = bed.b.requests.length;
    const { status, error, headers, story } = await call('small');
    expect(status).toBe(400);
    expect(error).toEqual(sent);
    expect(headers.get('x-should-retry')).toBe('false');
    expect(story).toMatchObject({
      status: 'FAILED',
      stopReason: 'REJECTED',
      errorCode: 'upstream_rejected',
      providerStatus: 400,
      charge: '0',
    });
    expect(story.attempts).toMatchObject([
      { status: 'FAILED', providerStatus: 400, errorCode: 'bad_limit', errorMessage: 'max_tokens is too large', charge: '0' },
    ]);
    expect(story.hold?.state).toBe('RELEASED');
    expect(story.nextStep).not.toBeNull();
    expect(bed.b.requests).toHaveLength(before);
  });

  promise('a model that it does not have is told as it says it, and is no fault of the request on the receipt', async () => {
    const error = { message: 'The model `small-2025` does not exist', type: 'invalid_request_error', code: 'model_not_found', param: null };
    bed.a.next({ status: 404, error });
    const { status, error: told, headers, story } = await call('small');
    expect([status, told, headers.get('x-should-retry')]).toEqual([404, error, 'false']);
    expect(story).toMatchObject({ stopReason: 'REJECTED', errorCode: 'upstream_lacks_model', providerStatus: 404, charge: '0' });
    expect(story.nextStep).toMatch(/another model.*operator/);
  });

  promise('its 404 and 422 are errors that the SDK has classes for', async () => {
    const client = sdk(bed.gateway.origin, CHAT);
    bed.a.next({ status: 404, error: { message: 'no such model here', code: 'model_gone' } });
    await expect(client.chat.completions.create({ model: 'small', messages: HI })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    bed.a.next({ status: 422, error: { message: 'unprocessable' } });
    await expect(client.chat.completions.create({ model: 'small', messages: HI })).rejects.toBeInstanceOf(OpenAI.UnprocessableEntityError);
  });

  promise('no secret and no address of a channel reaches the client or the receipt', async () => {
    bed.a.next({ status: 400, error: { message: `bad key sk-upstream-cheap-a at ${bed.a.baseUrl}/chat/completions` } });
    const { error, story } = await call('small');
    for (const text of [JSON.stringify(error), JSON.stringify(story)]) {
      expect(text).not.toContain('sk-upstream');
      expect(text).not.toContain('127.0.0.1');
    }
  });

  const CHANNEL_AT_FAULT: readonly Script[] = [401, 402, 403, 429, 500, 503].map((status) => ({ status }));
  for (const script of [...CHANNEL_AT_FAULT, { garble: 'json' }, { resetAfter: -1 }, { errorAfter: 0 }, { raw: ['<html>'] }] as const) {
    promise(`${JSON.stringify(script)} leads to the next channel, at its price`, async () => {
      bed.a.next(script);
      const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
      expect(response.status).toBe(200);
      const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
      expect(story).toMatchObject({
        status: 'SUCCEEDED',
        finalChannel: { id: 'cheap-b' },
        primaryChannel: { id: 'cheap-a' },
        fallbackCount: 1,
        charge: '0.000026',
        fallbackDelta: '0.000013',
      });
      expect(story.attempts.map(({ status, charge }) => [status, charge])).toEqual([
        ['FAILED', '0'],
        ['SUCCEEDED', '0.000026'],
      ]);
    });
  }

  promise('a page in place of an API leads to the next channel; with none left the client is told what is wrong', async () => {
    const page = { status: 404, error: '<html><body>404 Not Found</body></html>' };
    bed.a.next(page);
    const served = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    expect(served.status).toBe(200);
    expect(await receipt(bed.gateway.origin, CHAT, served.headers.get('x-request-id'))).toMatchObject({
      charge: '0.000026',
      attempts: [{ status: 'FAILED', providerStatus: 404, errorCode: 'no_endpoint', charge: '0' }, { status: 'SUCCEEDED' }],
    });
    bed.a.next(page);
    const { status, error, headers, story } = await call('only-ordinary');
    expect([status, headers.get('x-should-retry'), error['message']]).toEqual([
      404,
      'false',
      expect.stringContaining('the base URL of the channel is wrong'),
    ]);
    expect(story).toMatchObject({
      status: 'FAILED',
      stopReason: 'REJECTED',
      providerStatus: 404,
      charge: '0',
      hold: { state: 'RELEASED' },
    });
  });

  promise('502 with retry-after when every channel says how long its rate limit is reached, also while both rest', async () => {
    const model = { id: 'scarce', contextWindow: 8_000, maxOutputTokens: 100 };
    const made =
      'mutation($model: ModelDeclaration!, $route: RouteDeclaration!) { createModel(input: $model) { id } createRoute(input: $route) { id } }';
    await graph(bed.gateway.origin, OPERATOR_TOKEN, made, { model, route: SCARCE });
    bed.a.next({ status: 429, headers: { 'retry-after': '120' } });
    for (let nth = 0; nth < 2; nth += 1) {
      bed.b.next({ status: 429, headers: { 'retry-after': '40' } });
      const { status, error, headers, story } = await call('scarce');
      expect([status, error['code'], headers.get('x-should-retry')]).toEqual([502, 'upstream_failed', 'true']);
      const wait = headers.get('retry-after');
      expect(Number(wait)).toBeGreaterThan(0);
      expect(Number(wait)).toBeLessThanOrEqual(40);
      expect(story).toMatchObject({ charge: '0', hold: { state: 'RELEASED' } });
      expect(error['message']).toContain(`try again in ${wait} s`);
    }
  });

  promise('502 upstream_failed when no channel answers: free of charge, and the SDK may try again', async () => {
    for (const upstream of [bed.a, bed.b]) upstream.next({ status: 500 });
    const { status, error, headers, story } = await call('small');
    expect([status, error['code']]).toEqual([502, 'upstream_failed']);
    expect(headers.get('x-should-retry')).toBe('true');
    expect(story).toMatchObject({
      status: 'FAILED',
      stopReason: 'UPSTREAM_ERROR',
      errorCode: 'upstream_failed',
      charge: '0',
      hold: { state: 'RELEASED' },
    });
    expect(story.attempts.map((attempt) => attempt.providerStatus)).toEqual([500, 500]);
    expect(story.nextStep).not.toBeNull();
  });

  promise('a failure that cost nothing is mended by the retry of the SDK, and charged once', async () => {
    for (const upstream of [bed.a, bed.b]) upstream.next({ status: 500 });
    const before = await charged();
    const answer = await sdk(bed.gateway.origin, CHAT, { maxRetries: 1 }).chat.completions.create({ model: 'small', messages: HI });
    expect(answer.choices[0]?.message.content).toBe('You said: hi');
    expect(await charged()).toBe(before + 13_000n);
  });

  promise('504 upstream_timeout when nothing comes in time', async () => {
    bed.a.next({ delayMs: 60_000 });
    const { status, error, story } = await call('hasty');
    expect([status, error['code']]).toEqual([504, 'upstream_timeout']);
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT', charge: '0', hold: { state: 'RELEASED' } });
    expect(story.attempts).toMatchObject([{ status: 'FAILED', errorCode: 'first_byte_timeout' }]);
  });

  promise('a stream that falls silent is cut, and charged for what was delivered', async () => {
    bed.a.next({ text: 'one two three', chunkDelayMs: 60_000 });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'hasty', messages: HI, stream: true });
    const body = await response.text();
    expect(body).toContain('upstream_timeout');
    expect(body).not.toContain('[DONE]');
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT' });
  });

  promise('400, and nothing held, when no channel of the route can carry what is asked', async () => {
    const { status, error, story } = await call('incompatible', { seed: 1 });
    expect([status, error['code']]).toEqual([400, 'feature_unsupported']);
    expect(error['message']).toMatch(/anthropic: seed has no equivalent/);
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'REFUSED', bucket: 'RMB', charge: '0', hold: null, attempts: [] });
  });

  async function charged(): Promise<bigint> {
    const [row] = await bed.database.query(
      "SELECT COALESCE(SUM(amount), 0) AS total FROM transfer WHERE kind = 'CHARGE' AND wallet_id = 'acme:RMB'",
    );
    return BigInt(row?.['total'] ?? 0);
  }
});
