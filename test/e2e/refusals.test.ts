/** Every way in which the gateway itself says no: a typed error for the SDK, and a receipt that says what to do. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import OpenAI, { type APIError } from 'openai';
import { get, postChat, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const OK = { model: 'small', messages: HI };

interface Refusal {
  readonly what: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  readonly param?: string | null;
}

const REFUSALS: readonly Refusal[] = [
  { what: 'a model that does not exist', body: { ...OK, model: 'nothing' }, status: 404, code: 'model_not_found', param: 'model' },
  {
    what: 'a model that the key may not use',
    key: 'narrow',
    body: { ...OK, model: 'only-ordinary' },
    status: 403,
    code: 'model_not_allowed',
    param: 'model',
  },
  {
    what: 'a model that has no route of the type of the key',
    body: { ...OK, model: 'only-official' },
    status: 403,
    code: 'route_not_allowed',
  },
  { what: 'a route type beyond the policy of the key', headers: { 'x-forge-route': 'official' }, status: 403, code: 'route_not_allowed' },
  {
    what: 'a route header that says nothing',
    headers: { 'x-forge-route': 'cheapest' },
    status: 400,
    code: 'invalid_request',
    param: 'x-forge-route',
  },
  { what: 'a run that does not exist', headers: { 'x-forge-run': 'run-1' }, status: 404, code: 'not_found', param: 'x-forge-run' },
  { what: 'a body that is no JSON', body: '{"model":', status: 400, code: 'invalid_json' },
  { what: 'a body of JSON that is no object', body: '[1]', status: 400, code: 'invalid_request' },
  { what: 'a body that is empty', body: '', status: 400, code: 'invalid_json' },
  { what: 'a body that is not UTF-8', body: new Uint8Array([0x7b, 0xff, 0x7d]), status: 400, code: 'invalid_json' },
  { what: 'a body of another type', headers: { 'content-type': 'text/plain' }, status: 415, code: 'unsupported_media_type' },
  { what: 'a body that is packed', headers: { 'content-encoding': 'gzip' }, status: 415, code: 'unsupported_media_type' },
  { what: 'text that is no JSON', body: 'hello', headers: { 'content-type': 'text/plain' }, status: 400, code: 'invalid_json' },
  { what: 'a body without a model', body: { messages: HI }, status: 400, code: 'invalid_request', param: 'model' },
  { what: 'a body without messages', body: { model: 'small', messages: [] }, status: 400, code: 'invalid_request', param: 'messages' },
  {
    what: 'a message without a role',
    body: { model: 'small', messages: [{ content: 'hi' }] },
    status: 400,
    code: 'invalid_request',
    param: 'messages[0].role',
  },
  { what: 'an output limit of zero', body: { ...OK, max_tokens: 0 }, status: 400, code: 'invalid_request', param: 'max_tokens' },
  {
    what: 'a stream that is neither true nor false',
    body: { ...OK, stream: 'yes' },
    status: 400,
    code: 'invalid_request',
    param: 'stream',
  },
  {
    what: 'a body that is nested too deeply',
    body: `{"model":"small","messages":[{"role":"user","content":"hi"}],"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    status: 400,
    code: 'invalid_request',
  },
  {
    what: 'a limit in another spelling',
    body: { ...OK, max_tokens: 1, Max_Tokens: 9_000 },
    status: 400,
    code: 'invalid_request',
    param: 'Max_Tokens',
  },
  { what: 'a model in another spelling', body: { ...OK, MODEL: 'vast' }, status: 400, code: 'invalid_request', param: 'MODEL' },
  { what: 'a balance that covers nothing', key: 'poor-chat', status: 429, code: 'insufficient_quota' },
];

onOneDatabase('the gateway refuses', (bed, promise) => {
  for (const { what, key = 'chat', body = OK, headers = {}, status, code, param = null } of REFUSALS) {
    promise(`${what}: ${status} ${code}, with a receipt that says what to do`, async () => {
      const asked = bed.a.requests.length + bed.b.requests.length + bed.official.requests.length;
      const response = await postChat(bed.gateway.origin, secretOf(key), body, { headers });
      expect(response.status).toBe(status);
      const { error } = (await response.json()) as { error: Record<string, unknown> };
      expect(error).toEqual({ message: expect.any(String), type: expect.any(String), param, code });
      expect(response.headers.get('x-should-retry')).toBe('false');
      const story = await receipt(bed.gateway.origin, secretOf(key), response.headers.get('x-request-id'));
      expect(story).toMatchObject({
        status: 'FAILED',
        stopReason: 'REFUSED',
        errorCode: code,
        charge: '0',
        attempts: [],
        ledgerEntries: [],
      });
      expect(story.nextStep).toMatch(/\w+ \w+/);
      expect(story.noChargeReason).toMatch(/\w+ \w+/);
      expect(bed.a.requests.length + bed.b.requests.length + bed.official.requests.length).toBe(asked);
    });
  }

  promise('a key that does not exist, and no key at all: 401 invalid_api_key, without a receipt', async () => {
    const rows = async () => (await bed.database.query('SELECT COUNT(*) AS n FROM receipt'))[0]?.['n'];
    const before = await rows();
    for (const token of ['sk-tf-wrong', 'x'.repeat(5_000)]) {
      const response = await postChat(bed.gateway.origin, token, OK);
      expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([401, 'invalid_api_key']);
    }
    const bare = await fetch(`${bed.gateway.origin}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(bare.status).toBe(401);
    expect(await rows()).toBe(before);
  });

  promise('a key that may not call, before it says anything of its body: 403 key_expired', async () => {
    const wrong = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    for (const [name, value] of Object.entries(wrong)) {
      const response = await postChat(bed.gateway.origin, secretOf('expired'), OK, { headers: { [name]: value } });
      expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([403, 'key_expired']);
    }
  });

  promise('a large body of somebody without a key: by its head, before any of it is kept', async () => {
    for (const length of [{ 'content-length': 15_000_000 }, { 'transfer-encoding': 'chunked' }]) {
      const headers = { authorization: 'Bearer sk-tf-nobody', 'content-type': 'application/json', ...length };
      const sending = request(`${bed.gateway.origin}/v1/chat/completions`, { method: 'POST', headers });
      sending.flushHeaders();
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(401);
      sending.on('error', () => undefined).destroy();
    }
  });

  promise('a body above the limit: 413 request_too_large, with a receipt', async () => {
    const response = await postChat(bed.gateway.origin, CHAT, { ...OK, padding: 'x'.repeat(21 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'request_too_large' } });
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story).toMatchObject({ errorCode: 'request_too_large', requestedModel: null, charge: '0' });
  });

  promise('in errors that the SDK has classes for', async () => {
    const call = (key: string, model: string) => sdk(bed.gateway.origin, key).chat.completions.create({ model, messages: HI });
    await expect(call('sk-tf-wrong', 'small')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(call(secretOf('narrow'), 'only-ordinary')).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(call(CHAT, 'nothing')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(call(CHAT, '')).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(call(secretOf('poor-chat'), 'small')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  promise('a balance that is too small once: the SDK obeys and does not try again', async () => {
    const count = async () =>
      (await bed.database.query("SELECT COUNT(*) AS n FROM receipt WHERE api_key_id = 'poor-chat'"))[0]?.['n'] as bigint;
    const before = await count();
    const refused = sdk(bed.gateway.origin, secretOf('poor-chat'), { maxRetries: 3 }).chat.completions.create({
      model: 'small',
      messages: HI,
    });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      status: 429,
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      message: expect.stringMatching(/RMB/),
    });
    expect(await count()).toBe(before + 1n);
    const story = await receipt(bed.gateway.origin, secretOf('poor-chat'), (error as APIError).requestID);
    expect(story).toMatchObject({ routeType: 'ORDINARY', bucket: 'RMB', hold: null, nextStep: expect.stringContaining('Top up') });
  });

  promise('to show a receipt to anybody but the key that made the request', async () => {
    const response = await postChat(bed.gateway.origin, CHAT, OK);
    const path = `/v1/receipts/${response.headers.get('x-request-id')}`;
    expect((await get(bed.gateway.origin, path, CHAT)).status).toBe(200);
    for (const key of ['narrow', 'globex-chat']) expect((await get(bed.gateway.origin, path, secretOf(key))).status).toBe(404);
    expect((await get(bed.gateway.origin, path, 'sk-tf-wrong')).status).toBe(401);
    expect((await get(bed.gateway.origin, path, null)).status).toBe(401);
  });
});
