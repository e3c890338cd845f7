/** `/v1/messages` on channels of Anthropic's own protocol: byte for byte, metered, and told in Anthropic's words. */
import { createHash } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { eventually, gate } from '../support/eventually';
import { anthropicSdk, leaversNoticed, post, receipt } from '../support/forge-client';
import {
  event,
  type MessageBlock,
  message,
  messageError,
  messageEvents,
  streamedMessage,
  text,
  wholeMessage,
} from '../support/message-answers';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const HI = [{ role: 'user' as const, content: 'hi' }];
const ASK = { model: 'claude', max_tokens: 100, messages: HI };
const SERVED = { content: [text('one two three')], usage: { input_tokens: 2, output_tokens: 3 } };
/** Two tokens in, three out. */
const CHARGE = '0.000014';
/** Two tokens in, ten written to a cache. */
const WARMED = '0.0000145';
const TOOLS: Anthropic.Tool[] = [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];
const CALL: MessageBlock = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo', days: 3 } };
const THOUGHT: MessageBlock = { type: 'thinking', thinking: 'hm, so', signature: 'c2lnbmVk' };

onEachDatabase(
  'a message on an Anthropic channel',
  (bed, promise) => {
    const client = () => anthropicSdk(bed.gateway.origin, CHAT);
    const send = (body: object, headers: Record<string, string> = {}) => post(bed.gateway.origin, '/v1/messages', CHAT, body, { headers });
    const receiptOf = (response: Response) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    const sent = () => bed.a.requests.at(-1);

    promise('reaches the official SDK whole, with its cost in its usage', async () => {
      bed.a.next(wholeMessage(SERVED));
      const { data, response, request_id } = await client().messages.create(ASK).withResponse();
      expect(data.content).toEqual([{ type: 'text', text: 'one two three' }]);
      expect(data.usage).toMatchObject({ input_tokens: 2, output_tokens: 3, cost: CHARGE, cost_currency: 'CNY' });
      expect(response.headers.get('x-forge-charge')).toBe(CHARGE);
      expect(request_id).toBe(response.headers.get('x-request-id'));
      expect(await receiptOf(response as unknown as Response)).toMatchObject({
        endpoint: '/v1/messages',
        status: 'SUCCEEDED',
        reportedModel: 'claude-theirs',
        usage: { inputTokens: 2, outputTokens: 3, source: 'PROVIDER' },
        // 16 + 2 for the message, which may be written to a cache, and 100 out.
        hold: { state: 'SETTLED', amount: '0.0004225' },
        charge: CHARGE,
      });
    });

    promise('goes out byte for byte but for the model, with the credentials of the channel and the version that is spoken', async () => {
      bed.a.next(wholeMessage(SERVED));
      const body = `{"model":"claude", "max_tokens" : 1e2,"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}], "later":0.10}`;
      await (await post(bed.gateway.origin, '/v1/messages', CHAT, body, { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } })).text();
      expect(sent()?.text).toBe(body.replace('"claude"', '"claude-theirs"'));
      expect(sent()?.path).toBe('/v1/messages');
      expect(sent()?.headers).toMatchObject({ 'x-api-key': 'sk-upstream-claude', 'anthropic-version': '2023-06-01' });
      expect(sent()?.headers).not.toHaveProperty('anthropic-beta');
      expect(sent()?.headers).not.toHaveProperty('authorization');
    });

    promise('may ask for no answer at all: what its prompt wrote to the cache is charged', async () => {
      const usage = { input_tokens: 2, cache_creation_input_tokens: 10, output_tokens: 0 };
      bed.a.next(wholeMessage({ content: [], stop: 'max_tokens', usage }));
      const { data, response } = await client()
        .messages.create({ ...ASK, max_tokens: 0 })
        .withResponse();
      expect(data).toMatchObject({ content: [], stop_reason: 'max_tokens', usage: { ...usage, cost: WARMED } });
      expect(sent()?.body).toMatchObject({ max_tokens: 0 });
      expect(await receiptOf(response as unknown as Response)).toMatchObject({
        status: 'SUCCEEDED',
        usage: { inputTokens: 12, cacheWriteTokens: 10, outputTokens: 0, source: 'PROVIDER' },
        charge: WARMED,
      });
    });

    promise('asks the provider for those betas that change no price and keep nothing there, and for no others', async () => {
      bed.a.next(wholeMessage(SERVED));
      await client().beta.messages.create({
        ...ASK,
        betas: ['interleaved-thinking-2025-05-14', 'files-api-2025-04-14', 'effort-2025-11-24'],
      });
      expect(sent()?.headers['anthropic-beta']).toBe('interleaved-thinking-2025-05-14,effort-2025-11-24');
    });

    promise('streams to the official SDK event by event, thoughts and calls among them, the cost in the last usage', async () => {
      bed.a.next(streamedMessage({ content: [THOUGHT, text('one two'), CALL], usage: SERVED.usage, stop: 'tool_use' }));
      const stream = client().messages.stream({ ...ASK, tools: TOOLS });
      const events: Anthropic.MessageStreamEvent[] = [];
      stream.on('streamEvent', (each) => events.push(each));
      const final = await stream.finalMessage();
      expect(final.content).toMatchObject([THOUGHT, text('one two'), CALL]);
      expect(final).toMatchObject({ stop_reason: 'tool_use', usage: { input_tokens: 2, output_tokens: 3 } });
      const usage = { output_tokens: 3, cost: CHARGE, cost_currency: 'CNY' };
      expect(events.slice(-2)).toMatchObject([{ type: 'message_delta', usage }, { type: 'message_stop' }]);
    });

    promise('is settled, and readable, when its last event arrives', async () => {
      bed.a.next(streamedMessage(SERVED));
      const response = await send({ ...ASK, stream: true });
      const body = await response.text();
      expect(body).not.toContain('[DONE]');
      expect(body).toContain(messageEvents(SERVED).slice(0, -2).join(''));
      expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
      expect(await receiptOf(response)).toMatchObject({ stream: true, status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: CHARGE });
    });

    promise('pays for what is read from a cache and written to it what they cost, and Anthropic counts them beside the input', async () => {
      const usage = { input_tokens: 10, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 100, output_tokens: 5 };
      for (const stream of [false, true]) {
        bed.a.next(stream ? streamedMessage({ ...SERVED, usage }) : wholeMessage({ ...SERVED, usage }));
        const response = await send({ ...ASK, stream });
        await response.text();
        const story = await receiptOf(response);
        expect(story.usage).toMatchObject({ inputTokens: 1_110, cachedInputTokens: 1_000, cacheWriteTokens: 100, outputTokens: 5 });
        // 10 × 1000, 1000 × 100, 100 × 1250 and 5 × 4000 nano.
        expect(story.charge).toBe('0.000255');
      }
    });

    promise('takes the key in either header, also as bearer beside one that is left empty', async () => {
      const bearer = `Bearer ${CHAT}`;
      for (const key of [{ 'x-api-key': CHAT }, { authorization: bearer }, { 'x-api-key': '', authorization: bearer }]) {
        bed.a.next(wholeMessage(SERVED));
        const headers = { ...key, 'content-type': 'application/json' } as Record<string, string>;
        const response = await fetch(`${bed.gateway.origin}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(ASK) });
        expect(response.status).toBe(200);
      }
    });

    promise('lists the models of the key to the official SDK, and one of them', async () => {
      const { data, has_more } = await client().models.list();
      expect(data).toContainEqual({ type: 'model', id: 'claude', display_name: 'claude', created_at: '1970-01-01T00:00:00Z' });
      expect(has_more).toBe(false);
      expect(await client().models.retrieve('claude')).toMatchObject({ type: 'model', id: 'claude' });
    });

    promise('shows a receipt for the key in either header', async () => {
      bed.a.next(wholeMessage(SERVED));
      const { request_id } = await client().messages.create(ASK).withResponse();
      const response = await fetch(`${bed.gateway.origin}/v1/receipts/${request_id}`, { headers: { 'x-api-key': CHAT } });
      expect([response.status, await response.json()]).toMatchObject([200, { id: request_id, charge: CHARGE }]);
    });

    promise('tells what is wrong as Anthropic does, so that its SDK knows it', async () => {
      const wrongKey = anthropicSdk(bed.gateway.origin, 'sk-tf-nobody').messages.create(ASK);
      await expect(wrongKey).rejects.toThrow(Anthropic.AuthenticationError);
      await expect(client().messages.create({ ...ASK, model: 'unheard-of' })).rejects.toThrow(Anthropic.NotFoundError);
      const response = await send({ ...ASK, max_tokens: undefined });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { type: 'error', error: { type: 'invalid_request_error', param: 'max_tokens' }, request_id: response.headers.get('x-request-id') },
      ]);
      expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
      const poor = await post(bed.gateway.origin, '/v1/messages', secretOf('poor-chat'), ASK);
      expect([poor.status, await poor.json()]).toMatchObject([429, { error: { type: 'rate_limit_error', code: 'insufficient_quota' } }]);
      expect(poor.headers.get('x-should-retry')).toBe('false');
      const large = await post(bed.gateway.origin, '/v1/messages', CHAT, 'x'.repeat(21 * 1024 * 1024));
      expect([large.status, await large.json()]).toMatchObject([413, { type: 'error', error: { type: 'request_too_large' } }]);
      const elsewhere = await fetch(`${bed.gateway.origin}/v1/messages/batches`);
      expect([elsewhere.status, await elsewhere.json()]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }]);
      expect(elsewhere.headers.get('request-id')).toBe(elsewhere.headers.get('x-request-id'));
    });

    promise('carries the errors of the provider in its own words, and charges nothing for them', async () => {
      bed.a.next(messageError(400, 'invalid_request_error', 'max_tokens: 100 > 50'));
      const rejected = client().messages.create(ASK);
      await expect(rejected).rejects.toThrow(/max_tokens: 100 > 50/);
      bed.a.next(messageError(529, 'overloaded_error', 'Overloaded'));
      const response = await send(ASK);
      expect([response.status, await response.json()]).toMatchObject([502, { error: { type: 'api_error', code: 'upstream_failed' } }]);
      const story = await receiptOf(response);
      expect(story).toMatchObject({ stopReason: 'UPSTREAM_ERROR', charge: '0' });
      expect(story.attempts).toMatchObject([{ providerStatus: 529, errorMessage: 'Overloaded' }]);
    });

    promise('is charged for what was delivered when an error comes in its middle, and says so in an event of its own kind', async () => {
      const events = messageEvents(SERVED);
      const failed = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
      bed.a.next({ raw: [...events.slice(0, 6), failed] });
      const response = await send({ ...ASK, stream: true });
      const last = (await response.text()).trimEnd().split('\n\n').at(-1) ?? '';
      expect(last).toMatch(/^event: error\n/);
      expect(JSON.parse(last.split('\ndata: ')[1] ?? '')).toMatchObject({ type: 'error', error: { type: 'api_error' } });
      const story = await receiptOf(response);
      expect(story).toMatchObject({ stopReason: 'UPSTREAM_ERROR', usage: { inputTokens: 2, outputTokens: 3, source: 'FLOOR' } });
      expect(story.charge).toBe(CHARGE);
    });

    promise('is charged for the whole of it when its client leaves in the middle, and the provider bills it all', async () => {
      const held = gate();
      bed.a.next({ ...streamedMessage(SERVED), gate: { before: 4, opened: held.opened } });
      const stream = client().messages.stream(ASK);
      const { response } = await stream.withResponse();
      for await (const { type } of stream) if (type === 'content_block_delta') break;
      stream.abort();
      await leaversNoticed(bed.gateway.origin);
      held.open();
      await eventually(async () =>
        expect(await receiptOf(response as unknown as Response)).toMatchObject({ stopReason: 'CLIENT_GONE', charge: CHARGE }),
      );
    });

    promise('is refused, with a receipt, where the provider would run, keep or look up what is not in it', async () => {
      const before = bed.a.requests.length;
      const file = { type: 'document', source: { type: 'file', file_id: 'file_1' } };
      for (const [body, param] of [
        [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].type'],
        [{ tools: [{ type: 'code_execution_20250825', name: 'code' }] }, 'tools[0].type'],
        [{ mcp_servers: [{ type: 'url', url: 'https://example.test', name: 'x' }] }, 'mcp_servers'],
        [{ container: 'container_1' }, 'container'],
        [{ messages: [{ role: 'user', content: [file] }] }, 'messages[0].content[0].source.type'],
        [{ context_management: { edits: [{ type: 'compact_20260112' }] } }, 'context_management.edits[0].type'],
        [{ speed: 'fast' }, 'speed'],
        [{ messages: [] }, 'messages'],
        [{ max_tokens: -1 }, 'max_tokens'],
      ] as const) {
        const response = await send({ ...ASK, ...body });
        expect([response.status, await response.json()]).toMatchObject([400, { error: { type: 'invalid_request_error', param } }]);
        expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
      }
      expect(bed.a.requests).toHaveLength(before);
    });

    promise('counts its tokens where the provider does, and charges nothing for it', async () => {
      bed.a.next({ raw: ['{"input_tokens":2095}'] });
      const { data, response } = await client().messages.countTokens({ model: 'claude', messages: HI, tools: TOOLS }).withResponse();
      expect(data).toEqual({ input_tokens: 2_095 });
      expect(sent()).toMatchObject({ path: '/v1/messages/count_tokens', body: { model: 'claude-theirs' } });
      const story = await receiptOf(response as unknown as Response);
      expect(story).toMatchObject({ endpoint: '/v1/messages/count_tokens', status: 'SUCCEEDED', charge: '0', hold: null });
      expect(story.noChargeReason).not.toBeNull();
      expect(story.attempts).toMatchObject([{ channel: { id: 'claude' }, status: 'SUCCEEDED', charge: '0' }]);
    });

    promise(
      'of megabytes that are hard to count has them counted while everybody else is answered',
      async () => {
        const hard = createHash('shake256', { outputLength: 1_500_000 }).update('seed').digest('base64');
        const ask = { model: 'small', messages: [{ role: 'user', content: hard }] };
        let counting = true;
        const counted = post(bed.gateway.origin, '/v1/messages/count_tokens', CHAT, ask).finally(() => {
          counting = false;
        });
        let answered = 0;
        while (counting) {
          await (await fetch(`${bed.gateway.origin}/healthz`)).text();
          answered += 1;
        }
        expect(await (await counted).json()).toMatchObject({ source: 'COUNTED' });
        expect(answered).toBeGreaterThan(10);
      },
      600_000,
    );

    promise('has its tokens counted here where no channel can count them, and says so', async () => {
      const response = await post(bed.gateway.origin, '/v1/messages/count_tokens', CHAT, { model: 'small', messages: HI });
      expect(await response.json()).toEqual({ input_tokens: 3, source: 'COUNTED' });
      expect(await receiptOf(response)).toMatchObject({
        status: 'SUCCEEDED',
        charge: '0',
        attempts: [{ status: 'SKIPPED' }, { status: 'SKIPPED' }],
      });
      bed.a.next(messageError(404, 'not_found_error', 'no such path'));
      const uncounted = await post(bed.gateway.origin, '/v1/messages/count_tokens', CHAT, { model: 'claude', messages: HI });
      expect([uncounted.status, await uncounted.json()]).toEqual([200, { input_tokens: 3, source: 'COUNTED' }]);
      bed.a.next(messageError(400, 'invalid_request_error', 'roles must alternate'));
      const rejected = await post(bed.gateway.origin, '/v1/messages/count_tokens', CHAT, { model: 'claude', messages: HI });
      expect([rejected.status, await rejected.json()]).toMatchObject([400, { error: { message: 'roles must alternate' } }]);
      const unknown = await post(bed.gateway.origin, '/v1/messages/count_tokens', secretOf('narrow'), { model: 'claude', messages: HI });
      expect([unknown.status, await unknown.json()]).toMatchObject([
        403,
        { error: { type: 'permission_error', code: 'model_not_allowed' } },
      ]);
    });

    promise('has a usage with its cost also where its provider told none that can be read: what was counted here', async () => {
      const whole = message({ ...SERVED, usage: null });
      const events = messageEvents({ ...SERVED, usage: null });
      const answers = [
        { raw: [JSON.stringify(whole)] },
        { raw: [JSON.stringify({ ...whole, usage: {} })] },
        { raw: events, stream: true },
        { raw: events.map((each) => each.replace(/(?<=^event: message_delta.*\})\}$/ms, ',"usage":null}')), stream: true },
      ];
      for (const { raw, stream = false } of answers) {
        bed.a.next({ raw });
        const response = await send({ ...ASK, stream });
        const told = [...(await response.text()).matchAll(/"usage":(\{[^}]*\}|null)/g)].map(([, usage]) => JSON.parse(usage ?? ''));
        const { charge, usage } = await receiptOf(response);
        expect(usage).toMatchObject({ outputTokens: 3, source: 'COUNTED' });
        const counts = { input_tokens: usage.inputTokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 3 };
        expect(told).toEqual([{ ...counts, cost: charge, cost_currency: 'CNY' }]);
      }
    });

    promise('stays what it is where its provider repeats a message that is no answer', async () => {
      bed.a.next({ raw: [JSON.stringify({ ...message(SERVED), content: 'no list' })] });
      const response = await send(ASK);
      expect([response.status, await response.json()]).toMatchObject([502, { error: { type: 'api_error' } }]);
    });
  },
  ['sqlite'],
);
