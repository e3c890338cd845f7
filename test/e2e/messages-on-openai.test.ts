/** `/v1/messages` on a channel that speaks chat completions: Anthropic's official SDK notices nothing, and the money is exact. */
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { eventually, gate } from '../support/eventually';
import { anthropicSdk, leaversNoticed, post, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const HI = [{ role: 'user' as const, content: 'hi' }];
const ASK = { model: 'small', max_tokens: 100, messages: HI };
/** One token in, three out. */
const CHARGE = '0.000013';
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } } };
const TOOLS: Anthropic.Tool[] = [{ name: 'weather', description: 'asks', input_schema: SCHEMA }];
const CALLS = [
  { name: 'weather', arguments: '{"city":"Oslo"}' },
  { name: 'weather', arguments: '{"city":"Rome"}' },
];

onEachDatabase(
  'a message on an OpenAI channel',
  (bed, promise) => {
    const client = () => anthropicSdk(bed.gateway.origin, CHAT);
    const send = (body: object) => post(bed.gateway.origin, '/v1/messages', CHAT, { ...ASK, ...body });
    const receiptOf = (response: { headers: Headers }) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    const sent = () => bed.a.requests.at(-1);

    promise('reaches the official SDK whole, and is charged by what the provider counted', async () => {
      bed.a.next({ text: 'one two three' });
      // The SDK's own types have left the temperature out; what is sent may have it.
      const tuned = { ...ASK, system: 'be short', temperature: 0.5, stop_sequences: ['END'] };
      const { data, response } = await client().messages.create(tuned).withResponse();
      expect(data).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'one two three' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 3, output_tokens: 3, cost: '0.000015', cost_currency: 'CNY' },
      });
      expect(sent()).toMatchObject({
        path: '/v1/chat/completions',
        body: {
          model: 'small-2025',
          max_tokens: 100,
          temperature: 0.5,
          stop: ['END'],
          messages: [
            { role: 'system', content: 'be short' },
            { role: 'user', content: 'hi' },
          ],
        },
      });
      expect(await receiptOf(response)).toMatchObject({
        endpoint: '/v1/messages',
        usage: { inputTokens: 3, outputTokens: 3, source: 'PROVIDER' },
        charge: '0.000015',
      });
    });

    promise('runs the loop of tools of the official SDK, which goes on without a thread once it is told that none is kept', async () => {
      bed.a.next({ toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
      bed.a.next({ text: 'it rains' });
      const before = bed.a.requests.length;
      const inputSchema = { type: 'object', properties: { city: { type: 'string' } } } as const;
      const weather = betaTool({ name: 'weather', description: 'asks', inputSchema, run: ({ city }) => `rain in ${city}` });
      const final = await client().beta.messages.toolRunner({ ...ASK, tools: [weather] });
      expect(final.content).toMatchObject([{ type: 'text', text: 'it rains' }]);
      expect(bed.a.requests.slice(before).map(({ body }) => [body.messages?.length, 'thread' in body])).toEqual([
        [1, false],
        [3, false],
      ]);
    });

    promise('streams to the official SDK, thoughts before text, the usage and its cost at the end', async () => {
      bed.a.next({ text: 'one two three', reasoning: 'hm so' });
      const stream = client().messages.stream(ASK);
      const events: Anthropic.MessageStreamEvent[] = [];
      stream.on('streamEvent', (each) => events.push(each));
      const final = await stream.finalMessage();
      expect(final.content).toMatchObject([
        { type: 'thinking', thinking: 'hm so' },
        { type: 'text', text: 'one two three' },
      ]);
      expect(final).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 5 } });
      const usage = { input_tokens: 1, output_tokens: 5, cost: '0.000021', cost_currency: 'CNY' };
      expect(events.slice(-2)).toMatchObject([{ type: 'message_delta', usage }, { type: 'message_stop' }]);
      expect(sent()?.body.stream_options).toEqual({ include_usage: true });
    });

    promise('hands a delta on when it comes, and is settled when its last event arrives', async () => {
      const held = gate();
      bed.a.next({ text: 'early late', gate: { before: 2, opened: held.opened } });
      const stream = client().messages.stream(ASK);
      const { response } = await stream.withResponse();
      let seen = '';
      for await (const each of stream) {
        if (each.type === 'content_block_delta' && each.delta.type === 'text_delta') seen += each.delta.text;
        if (seen === 'early ') held.open();
      }
      expect(seen).toBe('early late');
      expect(await receiptOf(response)).toMatchObject({ stream: true, status: 'SUCCEEDED', charge: '0.000009' });
    });

    promise('calls tools, whole and streamed, and goes on from their results', async () => {
      const ask = { ...ASK, tools: TOOLS, tool_choice: { type: 'any' as const, disable_parallel_tool_use: false } };
      bed.a.next({ toolCalls: CALLS });
      const answer = await client().messages.create(ask);
      expect(answer).toMatchObject({
        stop_reason: 'tool_use',
        content: [
          { type: 'tool_use', id: 'call_0', name: 'weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Rome' } },
        ],
      });
      expect(sent()?.body).toMatchObject({
        tools: [{ type: 'function', function: { name: 'weather', description: 'asks', parameters: SCHEMA } }],
        tool_choice: 'required',
      });
      bed.a.next({ toolCalls: CALLS });
      const streamed = await client().messages.stream(ask).finalMessage();
      expect(streamed.content).toMatchObject(JSON.parse(JSON.stringify(answer.content)));
      bed.a.next({ text: 'fine' });
      const results: Anthropic.ToolResultBlockParam[] = [
        { type: 'tool_result', tool_use_id: 'call_0', content: 'sunny' },
        { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'no such city' }], is_error: true },
      ];
      const said = [
        { role: 'assistant' as const, content: answer.content },
        { role: 'user' as const, content: [...results, { type: 'text' as const, text: 'and?' }] },
      ];
      await client().messages.create({
        ...ask,
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        messages: [...HI, ...said],
      });
      const call = (id: string, text: string) => ({ id, type: 'function', function: { name: 'weather', arguments: text } });
      expect(sent()?.body).toMatchObject({ tool_choice: 'auto', parallel_tool_calls: false });
      expect(sent()?.body.messages).toEqual([
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls: [call('call_0', '{"city":"Oslo"}'), call('call_1', '{"city":"Rome"}')] },
        { role: 'tool', tool_call_id: 'call_0', content: 'sunny' },
        { role: 'tool', tool_call_id: 'call_1', content: 'Error: no such city' },
        { role: 'user', content: 'and?' },
      ]);
    });

    promise('serves what a coding agent sends: hints for caches, thoughts of before, a budget for new ones, and a reminder', async () => {
      bed.a.next({ text: 'fine' });
      const cached = { cache_control: { type: 'ephemeral' as const } };
      const response = await send({
        system: [
          { type: 'text', text: 'You are an agent.', ...cached },
          { type: 'text', text: 'Be short.', ...cached },
        ],
        messages: [
          ...HI,
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 'c2ln' }] },
          { role: 'user', content: [{ type: 'text', text: 'go on', ...cached }] },
          { role: 'system', content: 'A file has changed.' },
        ],
        max_tokens: 20_000,
        thinking: { type: 'enabled', budget_tokens: 10_000 },
        metadata: { user_id: `user_${'x'.repeat(150)}` },
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      });
      expect(response.status).toBe(200);
      expect(sent()?.body).toEqual({
        model: 'small-2025',
        messages: [
          { role: 'system', content: 'You are an agent.\n\nBe short.' },
          { role: 'user', content: 'hi' },
          { role: 'user', content: 'go on' },
          { role: 'system', content: 'A file has changed.' },
        ],
        max_tokens: 20_000,
        reasoning_effort: 'medium',
      });
    });

    promise('asks for answers of a schema, strictly where OpenAI takes it so: not with members that may be left out', async () => {
      const closed = { ...SCHEMA, additionalProperties: false };
      for (const [schema, strict] of [
        [{ ...closed, required: ['city'] }, true],
        [closed, false],
      ] as const) {
        bed.a.next({ text: '{"city":"Oslo"}' });
        await client().messages.create({ ...ASK, output_config: { format: { type: 'json_schema', schema } } });
        expect(sent()?.body['response_format']).toEqual({ type: 'json_schema', json_schema: { name: 'answer', schema, strict } });
      }
    });

    promise('pays for what the provider read from its cache what that costs, and Anthropic tells it beside the input', async () => {
      bed.a.next({ text: 'one', usage: [{ prompt_tokens: 1_000, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 900 } }] });
      const answer = await client().messages.create(ASK);
      // 100 × 1000, 900 × 100 and 4000 nano.
      expect(answer.usage).toMatchObject({ input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 1, cost: '0.000194' });
    });

    promise('tells how it ended in the words of Anthropic', async () => {
      for (const [finishReason, stop] of [
        ['length', 'max_tokens'],
        ['content_filter', 'refusal'],
      ]) {
        bed.a.next({ text: 'x', ...(finishReason && { finishReason }) });
        expect((await client().messages.create(ASK)).stop_reason).toBe(stop);
      }
    });

    promise('is refused by name, before a hold, for what chat completions have no words for', async () => {
      const before = bed.a.requests.length;
      const file = { type: 'document', source: { type: 'url', url: 'https://example.test/a.pdf' } };
      const result = { type: 'tool_result', tool_use_id: 'x', content: [file] };
      for (const [body, member] of [
        [{ top_k: 5 }, 'top_k'],
        [{ messages: [{ role: 'user', content: [result] }] }, 'document'],
        [{ something_new: 1 }, 'something_new'],
      ] as const) {
        const response = await send(body);
        const { error } = (await response.json()) as { error: { type: string; code: string; message: string } };
        expect([response.status, error.type, error.code]).toEqual([400, 'invalid_request_error', 'feature_unsupported']);
        expect(error.message).toContain(member);
        expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
      }
      expect(bed.a.requests).toHaveLength(before);
    });

    promise('tells the errors of the provider as Anthropic does, and goes to the next channel where it was not the request', async () => {
      bed.a.next({ status: 400, error: { message: 'max_tokens is too large', type: 'invalid_request_error', code: null } });
      await expect(client().messages.create(ASK)).rejects.toThrow(Anthropic.BadRequestError);
      bed.a.next({ status: 503 });
      bed.b.next({ text: 'one two three' });
      const response = await send({});
      expect([response.status, await response.json()]).toMatchObject([200, { content: [{ text: 'one two three' }] }]);
      expect(await receiptOf(response)).toMatchObject({ fallbackCount: 1, charge: '0.000026' });
    });

    promise('that breaks off ends with an error event of its own kind, and is charged for what was delivered', async () => {
      bed.a.next({ text: 'one two three', resetAfter: 3 });
      const response = await send({ stream: true });
      const events = (await response.text()).trimEnd().split('\n\n');
      expect(events.at(-1)).toMatch(/^event: error\ndata: \{"type":"error","error":\{"type":"api_error"/);
      expect(await receiptOf(response)).toMatchObject({ stopReason: 'UPSTREAM_ERROR', usage: { outputTokens: 3, source: 'FLOOR' } });
    });

    promise('is charged for the whole of it when its client leaves in the middle, and the provider bills it all', async () => {
      const held = gate();
      bed.a.next({ text: 'one two three', gate: { before: 2, opened: held.opened } });
      const stream = client().messages.stream(ASK);
      const { response } = await stream.withResponse();
      for await (const { type } of stream) if (type === 'content_block_delta') break;
      stream.abort();
      await leaversNoticed(bed.gateway.origin);
      held.open();
      await eventually(async () => expect(await receiptOf(response)).toMatchObject({ stopReason: 'CLIENT_GONE', charge: CHARGE }));
    });
  },
  ['sqlite'],
);
