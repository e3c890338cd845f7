/** Chat completions on a channel that speaks Anthropic's Messages: the official SDK of OpenAI notices nothing, and the money is exact. */
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { eventually, gate } from '../support/eventually';
import { balanceOf, leaversNoticed, nanoOf, postChat, receipt, sdk } from '../support/forge-client';
import { type MessageBlock, messageError, messageEvents, streamedMessage, text, wholeMessage } from '../support/message-answers';
import { onOneDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const ASK = { model: 'claude', messages: HI };
const SERVED = { content: [text('one two three')], usage: { input_tokens: 2, output_tokens: 3 } };
/** Two tokens in, three out. */
const CHARGE = '0.000014';
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const TOOLS = [{ type: 'function' as const, function: { name: 'weather', description: 'asks', parameters: SCHEMA, strict: true } }];
const CALL: MessageBlock = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } };
const THOUGHT: MessageBlock = { type: 'thinking', thinking: 'hm, so', signature: 'c2lnbmVk' };

onOneDatabase('a chat on an Anthropic channel', (bed, promise) => {
  const client = () => sdk(bed.gateway.origin, CHAT);
  const receiptOf = (response: Response) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
  const sent = () => bed.a.requests.at(-1)?.body;
  const balance = () => balanceOf(bed.gateway.origin, tokenOf('acme'), 'RMB');

  promise('reaches the official SDK whole, is charged by what the provider counted, and the balance goes down by just that', async () => {
    const before = await balance();
    bed.a.next(wholeMessage(SERVED));
    const { data, response } = await client().chat.completions.create(ASK).withResponse();
    expect(data).toMatchObject({
      id: 'msg_01theirs',
      object: 'chat.completion',
      model: 'claude-theirs',
      choices: [{ index: 0, message: { role: 'assistant', content: 'one two three', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5, cost: CHARGE, cost_currency: 'CNY' },
    });
    // No limit was set: the one that the hold covers goes out.
    expect(sent()).toEqual({
      model: 'claude-theirs',
      max_tokens: 1_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    expect(await receiptOf(response)).toMatchObject({
      endpoint: '/v1/chat/completions',
      status: 'SUCCEEDED',
      reportedModel: 'claude-theirs',
      usage: { inputTokens: 2, outputTokens: 3, source: 'PROVIDER' },
      charge: CHARGE,
    });
    expect(before - (await balance())).toBe(nanoOf(CHARGE));
  });

  promise('streams to the official SDK delta by delta, the usage at its end when it was asked for', async () => {
    bed.a.next(streamedMessage({ ...SERVED, stop: 'max_tokens' }));
    const stream = await client().chat.completions.create({ ...ASK, stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const deltas = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').filter((each) => each !== '');
    expect(deltas).toEqual(['one ', 'two ', 'three']);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason ?? null).filter((each) => each !== null)).toEqual(['length']);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3, cost: CHARGE } });
    bed.a.next(streamedMessage(SERVED));
    const response = await postChat(bed.gateway.origin, CHAT, { ...ASK, stream: true });
    const body = await response.text();
    expect(body).toMatch(/data: \[DONE\]\n\n$/);
    expect(body).not.toContain('"usage"');
    expect(await receiptOf(response)).toMatchObject({ stream: true, status: 'SUCCEEDED', charge: CHARGE });
  });

  promise('tells what was written to a cache and read from one, which the cost follows from, streamed as it does whole', async () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 100, output_tokens: 5 };
    bed.a.next(wholeMessage({ ...SERVED, usage }));
    const whole = await client().chat.completions.create(ASK);
    bed.a.next(streamedMessage({ ...SERVED, usage }));
    const stream = await client().chat.completions.create({ ...ASK, stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(whole.usage).toMatchObject({ prompt_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 100 }, cost: '0.000255' });
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
  });

  promise('hands a delta on when it comes, not when the answer ends', async () => {
    const held = gate();
    bed.a.next({ ...streamedMessage(SERVED), gate: { before: 4, opened: held.opened } });
    const stream = await client().chat.completions.create({ ...ASK, stream: true });
    let seen = '';
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ?? '';
      if (seen === 'one ') held.open();
    }
    expect(seen).toBe('one two three');
  });

  promise('calls tools, whole and streamed, and goes on from their results', async () => {
    const served = { content: [text('let me see'), CALL, { ...CALL, id: 'toolu_2' }], usage: SERVED.usage, stop: 'tool_use' };
    const ask = { ...ASK, tools: TOOLS, tool_choice: 'required' as const, parallel_tool_calls: true };
    bed.a.next(wholeMessage(served));
    const { choices } = await client().chat.completions.create(ask);
    const [{ message, finish_reason: reason }] = choices as [OpenAI.ChatCompletion.Choice];
    expect(reason).toBe('tool_calls');
    const made = { type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
    expect(message.tool_calls).toEqual([
      { id: 'toolu_1', ...made },
      { id: 'toolu_2', ...made },
    ]);
    expect(sent()).toMatchObject({
      tools: [{ name: 'weather', description: 'asks', input_schema: SCHEMA, strict: true }],
      tool_choice: { type: 'any' },
    });
    bed.a.next(streamedMessage(served));
    const streamed = await client().chat.completions.stream(ask).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(message.tool_calls ?? []);
    bed.a.next(wholeMessage(SERVED));
    const results = (message.tool_calls ?? []).map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: `sunny at ${id}` }));
    await client().chat.completions.create({ ...ask, tool_choice: 'auto', messages: [...HI, message, ...results] });
    expect(sent()?.['messages']).toEqual([
      { role: 'user', content: [text('hi')] },
      { role: 'assistant', content: served.content },
      {
        role: 'user',
        content: ['toolu_1', 'toolu_2'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: [text(`sunny at ${id}`)] })),
      },
    ]);
  });

  promise('asks for answers of a schema, and gives them to the SDK as it expects them', async () => {
    bed.a.next(wholeMessage({ ...SERVED, content: [text('{"city":"Oslo"}')] }));
    const format = { type: 'json_schema' as const, json_schema: { name: 'place', schema: SCHEMA, strict: true } };
    const parsed = await client().chat.completions.parse({ ...ASK, response_format: format });
    expect(parsed.choices[0]?.message.content).toBe('{"city":"Oslo"}');
    expect(sent()).toMatchObject({ output_config: { format: { type: 'json_schema', schema: SCHEMA } } });
  });

  promise('shows thoughts, and gives what proves them back when the client does', async () => {
    bed.a.next(wholeMessage({ ...SERVED, content: [THOUGHT, CALL], stop: 'tool_use' }));
    const ask = { ...ASK, tools: TOOLS, reasoning_effort: 'low' as const, max_completion_tokens: 4_000 };
    const { choices } = await client().chat.completions.create(ask);
    const [first] = choices;
    expect(first?.message).toMatchObject({ content: null, reasoning_content: 'hm, so' });
    expect(sent()).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'low' }, max_tokens: 4_000 });
    bed.a.next(wholeMessage(SERVED));
    const answered = [
      ...HI,
      first?.message as OpenAI.ChatCompletionMessage,
      { role: 'tool' as const, tool_call_id: 'toolu_1', content: 'sun' },
    ];
    await client().chat.completions.create({ ...ask, messages: answered });
    expect(sent()?.['messages']).toMatchObject([{ role: 'user' }, { role: 'assistant', content: [THOUGHT, CALL] }, { role: 'user' }]);
  });

  promise('is any JSON object where one is asked for, whole and streamed, and charged by what the provider counted', async () => {
    const ask = { ...ASK, response_format: { type: 'json_object' as const } };
    const answer = { ...SERVED, content: [{ ...CALL, name: 'answer_in_json' } as MessageBlock], stop: 'tool_use' };
    bed.a.next(wholeMessage(answer));
    const { data, response } = await client().chat.completions.create(ask).withResponse();
    expect(data.choices).toMatchObject([{ message: { content: '{"city":"Oslo"}' }, finish_reason: 'stop' }]);
    expect(data.choices[0]?.message.tool_calls).toBeUndefined();
    expect(sent()).toMatchObject({ tools: [{ name: 'answer_in_json' }], tool_choice: { type: 'tool', name: 'answer_in_json' } });
    expect(await receiptOf(response)).toMatchObject({ usage: { inputTokens: 2, outputTokens: 3, source: 'PROVIDER' }, charge: CHARGE });
    bed.a.next(streamedMessage(answer));
    const stream = client().chat.completions.stream(ask);
    expect(await stream.finalContent()).toBe('{"city":"Oslo"}');
    expect((await stream.finalChatCompletion()).choices[0]?.finish_reason).toBe('stop');
  });

  promise('is parsed by the official SDK with a schema of Zod, whose bounds Anthropic would refuse', async () => {
    const schema = z.object({ city: z.string().min(1), population: z.int() });
    bed.a.next(({ text: asked }) =>
      /"(?:minimum|maximum|minLength|\$schema)":/.test(asked)
        ? messageError(400, 'invalid_request_error', 'output_config.format.schema: not supported')
        : wholeMessage({ ...SERVED, content: [text('{"city":"Oslo","population":717710}')] }),
    );
    const { choices } = await client().chat.completions.parse({ ...ASK, response_format: zodResponseFormat(schema, 'city') });
    expect(choices[0]?.message.parsed).toEqual({ city: 'Oslo', population: 717_710 });
  });

  promise('carries pictures and files, and the words of the system in front of all', async () => {
    bed.a.next(wholeMessage(SERVED));
    const picture = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,aGk=' } };
    const file = { type: 'file' as const, file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' } };
    const messages = [
      { role: 'system' as const, content: 'be short' },
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'look' }, picture, file] },
    ];
    await client().chat.completions.create({ model: 'claude', messages, stop: ['END'], user: 'someone', temperature: 0.5 });
    expect(sent()).toMatchObject({
      system: [text('be short')],
      stop_sequences: ['END'],
      metadata: { user_id: 'someone' },
      temperature: 0.5,
      messages: [
        {
          content: [
            text('look'),
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
            { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' }, title: 'a.pdf' },
          ],
        },
      ],
    });
  });

  promise('is passed over for what it has no words for, and refused by name, before a hold, where there is no other', async () => {
    const before = bed.a.requests.length;
    for (const [body, member] of [
      [{ seed: 7 }, 'seed'],
      [{ n: 2 }, 'n'],
      [{ logprobs: true }, 'logprobs'],
      [{ frequency_penalty: 0.5 }, 'frequency_penalty'],
      [{ response_format: { type: 'json_object' }, reasoning_effort: 'low' }, 'response_format'],
      [{ service_tier: 'flex' }, 'service_tier'],
      [{ something_new: 1 }, 'something_new'],
      [{ messages: [{ role: 'user', mood: 'good', content: 'x' }] }, 'messages[0].mood'],
      [{ tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools[0].type'],
    ] as const) {
      const response = await postChat(bed.gateway.origin, CHAT, { ...ASK, ...body });
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([400, 'feature_unsupported']);
      expect(error.message).toContain(`protocol anthropic: ${member} `);
      expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
    }
    expect(bed.a.requests).toHaveLength(before);
    const other = await postChat(bed.gateway.origin, CHAT, { model: 'skipping', messages: HI, seed: 7 });
    expect(other.status).toBe(200);
    expect((await receiptOf(other)).attempts).toMatchObject([
      { channel: { id: 'claude' }, status: 'SKIPPED', errorCode: 'feature_unsupported', errorMessage: expect.stringContaining('seed') },
      { channel: { id: 'cheap-b' }, status: 'SUCCEEDED' },
    ]);
  });

  promise('is kept for five minutes where an hour is asked for, and a channel that would pass the hour on is passed over', async () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }] }];
    const before = bed.b.requests.length;
    bed.a.next(wholeMessage(SERVED));
    expect((await postChat(bed.gateway.origin, CHAT, { ...ASK, messages })).status).toBe(200);
    expect(sent()).toMatchObject({ messages: [{ content: [{ cache_control: { type: 'ephemeral' } }] }] });
    expect(JSON.stringify(sent())).not.toContain('ttl');
    const refused = await postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages });
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    expect([refused.status, error.code]).toEqual([400, 'feature_unsupported']);
    expect(error.message).toContain('protocol openai: messages[0].content[0].cache_control.ttl must be 5m');
    expect(await receiptOf(refused)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
    expect(bed.b.requests).toHaveLength(before);
  });

  promise('is what a response, which cannot run there, is told to ask for', async () => {
    const asking = client().responses.create({ model: 'claude', input: 'hi' });
    await expect(asking).rejects.toMatchObject({
      status: 400,
      code: 'endpoint_not_supported',
      message: expect.stringMatching(/speak the protocol anthropic\. Ask them for chat completions\.$/) as string,
    });
  });

  promise(
    'tells the errors of the provider in the words of OpenAI, and goes to the next channel where it was not the request',
    async () => {
      bed.a.next(messageError(400, 'invalid_request_error', 'messages: roles must alternate'));
      await expect(client().chat.completions.create(ASK)).rejects.toThrow(OpenAI.BadRequestError);
      bed.a.next(messageError(529, 'overloaded_error', 'Overloaded'));
      const response = await postChat(bed.gateway.origin, CHAT, { model: 'skipping', messages: HI });
      expect(response.status).toBe(200);
      expect(await receiptOf(response)).toMatchObject({
        fallbackCount: 1,
        attempts: [{ status: 'FAILED', providerStatus: 529 }, { status: 'SUCCEEDED' }],
      });
    },
  );

  promise('that breaks off is charged for what was delivered, and ends with an error and no end marker', async () => {
    bed.a.next({ raw: messageEvents(SERVED, false) });
    const response = await postChat(bed.gateway.origin, CHAT, { ...ASK, stream: true });
    const body = await response.text();
    expect(body).toContain('upstream_failed');
    expect(body).not.toContain('[DONE]');
    expect(await receiptOf(response)).toMatchObject({
      stopReason: 'UPSTREAM_ERROR',
      usage: { inputTokens: 2, outputTokens: 3, source: 'FLOOR' },
      charge: CHARGE,
    });
  });

  promise('is charged for the whole of it when its client leaves in the middle, and the provider bills it all', async () => {
    const held = gate();
    bed.a.next({ ...streamedMessage(SERVED), gate: { before: 4, opened: held.opened } });
    const leaver = new AbortController();
    const { data, response } = await client()
      .chat.completions.create({ ...ASK, stream: true }, { signal: leaver.signal })
      .withResponse();
    for await (const chunk of data) if (chunk.choices[0]?.delta.content === 'one ') break;
    leaver.abort();
    await leaversNoticed(bed.gateway.origin);
    held.open();
    await eventually(async () => expect(await receiptOf(response)).toMatchObject({ stopReason: 'CLIENT_GONE', charge: CHARGE }));
  });
});
