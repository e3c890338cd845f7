/** Gemini channels: what they cannot carry, how they fail, and what is metered there. */
import OpenAI from 'openai';
import type { ChatCompletionMessageFunctionToolCall } from 'openai/resources/chat/completions';
import { type ClientBed, closeClientBed, KEY, onTheBooks, openClientBed } from '../support/clients/client-bed';
import { post, type ReceiptJson, receipt } from '../support/forge-client';
import { geminiText } from '../support/gemini-fixtures';
import type { Script } from '../support/script';

const HI = [{ role: 'user' as const, content: 'hi' }];
const TOOLS = [{ type: 'function' as const, function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];

describe('a Gemini channel', () => {
  let bed: ClientBed;
  const last = () => bed.provider.requests.at(-1);
  const client = () => new OpenAI({ baseURL: bed.baseUrl, apiKey: KEY, maxRetries: 0 });
  const send = (body: object) => post(bed.gateway.origin, '/v1/chat/completions', KEY, { model: 'on-gemini', messages: HI, ...body });
  const storyOf = async (response: Response): Promise<ReceiptJson> => {
    await response.text();
    return receipt(bed.gateway.origin, KEY, response.headers.get('x-request-id'));
  };
  const transcript = (name: string) => bed.provider.next({ raw: [geminiText(name)] });

  beforeAll(async () => {
    bed = await openClientBed([
      [
        'gemini-first',
        [
          ['gemini', 'gemini-3-flash'],
          ['openai', 'small-2025'],
        ],
      ],
      [
        'gemini-twice',
        [
          ['gemini', 'gemini-2.5-flash'],
          ['gemini', 'gemini-3-flash'],
        ],
      ],
      ['vectors', [['gemini', 'gemini-embedding-001']]],
    ]);
  });

  afterAll(() => closeClientBed(bed));

  it('gets its key in a header, and no request has it in its address', async () => {
    await storyOf(await send({ stream: true }));
    expect(last()).toMatchObject({ path: '/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse' });
    expect(last()?.headers).toMatchObject({ 'x-goog-api-key': 'upstream-secret-of-gemini' });
    expect(last()?.headers.authorization).toBeUndefined();
  });

  it('answers a transcript of its documentation whole, thoughts among the output and apart', async () => {
    transcript('whole-text.json');
    const response = await send({ reasoning_effort: 'high' });
    const body = (await response.clone().json()) as OpenAI.ChatCompletion;
    expect(body).toMatchObject({
      id: 'a1b2c3',
      object: 'chat.completion',
      model: 'gemini-3-flash-001',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '1 + 1 = 2', refusal: null } }],
      usage: { prompt_tokens: 20, completion_tokens: 37, total_tokens: 57, completion_tokens_details: { reasoning_tokens: 30 } },
    });
    expect(await storyOf(response)).toMatchObject({
      reportedModel: 'gemini-3-flash-001',
      attempts: [{ upstreamRequestId: 'a1b2c3' }],
      usage: { inputTokens: 20, cachedInputTokens: 8, outputTokens: 37, reasoningTokens: 30, source: 'PROVIDER' },
      charge: '0.000168',
    });
  });

  it('answers a transcript streamed: reasoning, text, a call, and usage once it was asked for', async () => {
    transcript('stream.sse');
    const stream = client().chat.completions.stream({
      model: 'on-gemini',
      messages: HI,
      tools: TOOLS,
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'Hello', tool_calls: [{ id: 'call_s1_0', function: { name: 'weather', arguments: '{"city":"Paris"}' } }] },
    });
    expect(final.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 28, cost: '0.000121' });
  });

  it('is refused what it cannot carry before anything is held, by the name of the member', async () => {
    const before = bed.provider.requests.length;
    const picture = { type: 'image_url', image_url: { url: 'https://pictures.example/a.png' } };
    for (const [body, words] of [
      [{ n: 2 }, 'n cannot be above 1 there'],
      [{ logprobs: true }, 'logprobs has no equivalent there'],
      [{ messages: [{ role: 'user', content: [picture] }] }, 'messages cannot hold a picture by address there'],
      [{ reasoning_effort: 'none' }, 'reasoning_effort cannot be none for this model'],
    ] as const) {
      const response = await send(body);
      const { error } = (await response.clone().json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([400, 'feature_unsupported']);
      expect(error.message).toContain(words);
      expect(await storyOf(response)).toMatchObject({ stopReason: 'REFUSED', hold: null, charge: '0' });
    }
    expect(bed.provider.requests).toHaveLength(before);
  });

  it('is passed over, with the reason, where a backup can carry the request', async () => {
    const [story] = await onTheBooks(bed, async ({ fetch }) => {
      const choices = { model: 'gemini-first', messages: HI, n: 2 };
      expect((await new OpenAI({ baseURL: bed.baseUrl, apiKey: KEY, fetch }).chat.completions.create(choices)).choices).toHaveLength(2);
    });
    expect(story?.attempts).toMatchObject([
      { status: 'SKIPPED', channel: { id: 'gemini-channel' }, errorCode: 'feature_unsupported', charge: '0' },
      { status: 'SUCCEEDED', channel: { id: 'openai-channel' } },
    ]);
    expect(story?.attempts[0]?.errorMessage).toContain('n cannot be above 1 there');
  });

  it('is passed over for what its model cannot, and not for what another model of it can', async () => {
    const story = await storyOf(await send({ model: 'gemini-twice', tools: TOOLS, response_format: { type: 'json_object' } }));
    expect(story.attempts).toMatchObject([
      { status: 'SKIPPED', upstreamModel: 'gemini-2.5-flash', errorCode: 'feature_unsupported' },
      { status: 'SUCCEEDED', upstreamModel: 'gemini-3-flash' },
    ]);
  });

  it('that blocks a prompt has rejected it: no charge, no other channel, and the reason', async () => {
    for (const stream of [false, true]) {
      const blocked = geminiText('prompt-blocked.json');
      bed.provider.next({ raw: [stream ? `data: ${blocked.replaceAll('\n', '')}\r\n\r\n` : blocked] });
      const response = await send({ model: 'gemini-first', stream });
      expect([response.status, await response.clone().json()]).toMatchObject([
        400,
        { error: { code: 'content_filter', message: 'The provider blocked the prompt (PROHIBITED_CONTENT).' } },
      ]);
      const story = await storyOf(response);
      expect(story).toMatchObject({ stopReason: 'REJECTED', charge: '0', providerStatus: 200 });
      expect(story.attempts).toHaveLength(1);
    }
  });

  it('that filters an answer ends it so, and what was used is paid', async () => {
    transcript('answer-filtered.json');
    const response = await send({});
    expect(await response.clone().json()).toMatchObject({ choices: [{ finish_reason: 'content_filter', message: { content: '' } }] });
    expect(await storyOf(response)).toMatchObject({ status: 'SUCCEEDED', charge: '0.000012' });
  });

  it.each([
    ['a wrong key, which it tells as 400', { status: 400, error: geminiText('error-key.json') }],
    ['a call that cannot be read', { raw: [geminiText('call-malformed.json')] }],
    ['a rate', { status: 429, error: geminiText('error-rate.json') }],
  ])('leads to the next channel for %s', async (_what, script: Script) => {
    bed.provider.next(script);
    const story = await storyOf(await send({ model: 'gemini-first' }));
    expect(story).toMatchObject({ status: 'SUCCEEDED', fallbackCount: 1, finalChannel: { id: 'openai-channel' } });
    expect(story.attempts[0]).toMatchObject({ status: 'FAILED', charge: '0' });
  });

  it('that breaks off is charged for what was delivered, as the client was told', async () => {
    bed.provider.next({ text: 'one two three four', resetAfter: 2 });
    const response = await send({ stream: true });
    const body = await response.clone().text();
    expect(body).not.toContain('[DONE]');
    expect(body).toContain('upstream_failed');
    expect(await storyOf(response)).toMatchObject({
      stopReason: 'UPSTREAM_ERROR',
      // The space at the end of what was delivered is a token here, and was none for the provider.
      usage: { inputTokens: 1, outputTokens: 3, source: 'FLOOR' },
      charge: '0.000013',
    });
  });

  it('gets the signature of a call back, and a word in its place from clients that lose it', async () => {
    bed.provider.next({ toolCalls: [{ name: 'weather', arguments: '{}' }] });
    const { choices } = await client().chat.completions.create({ model: 'on-gemini', messages: HI, tools: TOOLS });
    const message = choices[0]!.message;
    const calls = message.tool_calls as ChatCompletionMessageFunctionToolCall[];
    const result = { role: 'tool' as const, tool_call_id: calls[0]!.id, content: 'sunny' };
    await send({ messages: [...HI, message, result], tools: TOOLS });
    expect(last()?.text).toContain('"thoughtSignature":"c2lnbmVk"');
    const { id, type, function: called } = calls[0]!;
    await send({ messages: [...HI, { role: 'assistant', tool_calls: [{ id, type, function: called }] }, result], tools: TOOLS });
    expect(last()?.text).toContain('"thoughtSignature":"skip_thought_signature_validator"');
  });

  it('makes embeddings, as floats and in base64, of the size that was asked for', async () => {
    transcript('embeddings.json');
    const { data, usage } = await client().embeddings.create({ model: 'vectors', input: ['a', 'b'], dimensions: 2 });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0.5, -0.25],
      [1, 2],
    ]);
    expect(usage).toMatchObject({ prompt_tokens: 7, total_tokens: 7, cost: '0.000007' });
    expect(last()?.path).toBe('/v1beta/models/gemini-embedding-001:batchEmbedContents');
    const request = (text: string) => ({ model: 'models/gemini-embedding-001', content: { parts: [{ text }] }, outputDimensionality: 2 });
    expect(last()?.body).toEqual({ requests: [request('a'), request('b')] });
    transcript('embeddings.json');
    const floats = await client().embeddings.create({ model: 'vectors', input: ['a', 'b'], encoding_format: 'float' });
    expect(floats.data[0]?.embedding).toEqual([0.5, -0.25]);
    const tokens = await client()
      .embeddings.create({ model: 'vectors', input: [1, 2] })
      .catch((error: unknown) => error);
    expect(tokens).toMatchObject({ status: 400, code: 'feature_unsupported' });
  });

  it('refuses to count what is nested too deeply, as it refuses to answer it', async () => {
    const [inner, levels] = ['{"type":"object","properties":{"a":', 5_000];
    const tools = `[{"name":"f","input_schema":${inner.repeat(levels)}{}${'}}'.repeat(levels)}}]`;
    const body = `{"model":"on-gemini","max_tokens":5,"messages":[{"role":"user","content":"hi"}],"tools":${tools}}`;
    for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
      const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
      const response = await fetch(`${bed.gateway.origin}${path}`, { method: 'POST', headers, body });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { message: 'The body is nested more than 2000 levels deep.' } },
      ]);
    }
  });

  it('refuses arguments of a call that are nested too deeply, which are JSON in a text of the body', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}` } };
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'x' },
    ];
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'on-gemini', messages });
    const response = await fetch(`${bed.gateway.origin}/v1/chat/completions`, { method: 'POST', headers, body });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { message: expect.stringContaining('(call "c")') } }]);
  });

  it('counts the tokens of a message that is not made, for nothing', async () => {
    bed.provider.next({ raw: ['{"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]}'] });
    const body = { model: 'on-gemini', system: 'be short', messages: HI };
    const response = await post(bed.gateway.origin, '/v1/messages/count_tokens', KEY, body);
    expect(await response.clone().json()).toEqual({ input_tokens: 31 });
    expect(last()).toMatchObject({
      path: '/v1beta/models/gemini-3-flash:countTokens',
      body: { generateContentRequest: { model: 'models/gemini-3-flash', systemInstruction: { parts: [{ text: 'be short' }] } } },
    });
    expect(await storyOf(response)).toMatchObject({ status: 'SUCCEEDED', charge: '0', hold: null });
  });
});
