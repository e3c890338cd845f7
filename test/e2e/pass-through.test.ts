/** What the client sends is what the provider gets, and what the provider answers is what the client gets. */
import { postChat, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const WEATHER = {
  type: 'function' as const,
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
};

onOneDatabase('what goes through', (bed, promise) => {
  const client = () => sdk(bed.gateway.origin, CHAT);
  const lastSent = () => bed.a.requests.at(-1)!;

  promise('leaves every byte of the body as it was, but for the name of the model', async () => {
    const body =
      '{ "temperature": 1.50,"messages":[{"content":"h\\u00e9 \\ud83d\\ude00 é","role":"user", "extra":[1e3, 0.10]}],\n' +
      '"future_field":{"deep":[null,true,12345678901234567890,-0.0]}, "model" : "small", "seed":9007199254740993,"max_tokens":50}';
    const response = await postChat(bed.gateway.origin, CHAT, body);
    expect(response.status).toBe(200);
    expect(lastSent().text).toBe(body.replace('"small"', '"small-2025"'));
  });

  promise('sends nothing of the client to the provider but the body', async () => {
    await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI }, { headers: { cookie: 'a=b', 'x-mine': 'secret' } });
    const { headers, path } = lastSent();
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe('Bearer sk-upstream-cheap-a');
    expect(headers.cookie).toBeUndefined();
    expect(headers['x-mine']).toBeUndefined();
  });

  promise('gives a whole answer back byte by byte, but for the cost in its usage', async () => {
    const answer =
      '{"choices":[{"index":0, "message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"odd":1.0,\n' +
      '"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}, "id":"x","model":"m"}';
    bed.a.next({ raw: [answer] });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    const text = await response.text();
    const cost = '"cost":"0.000005","cost_currency":"CNY"';
    expect(text.replace(/,\s*"cost":\s*"0.000005",\s*"cost_currency":\s*"CNY"/, '')).toBe(answer);
    expect(text.replace(/\s/g, '')).toContain(cost);
  });

  promise('says what is charged here in place of what the provider says that it costs, also where it is streamed', async () => {
    const usage = '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":0.0042,"cost_currency":"USD"}';
    bed.a.next({ raw: [`{"choices":[{"message":{"content":"ok"}}],"usage":${usage}}`] });
    const whole = await (await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI })).text();
    const choices = '[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]';
    bed.a.next({ raw: [`data: {"choices":${choices}}\n\ndata: {"choices":[],"usage":${usage}}\n\ndata: [DONE]\n\n`] });
    const asked = { model: 'small', messages: HI, stream: true, stream_options: { include_usage: true } };
    const streamed = await (await postChat(bed.gateway.origin, CHAT, asked)).text();
    for (const text of [whole, streamed]) {
      expect(text).not.toMatch(/0\.0042|USD/);
      expect(text.match(/"cost":"0.000005","cost_currency":"CNY"/g)).toHaveLength(1);
    }
  });

  promise('has the usage that it is charged for where the provider tells none that can be read', async () => {
    bed.a.next({ raw: ['{"usage":{"prompt_tokens":"one"},"choices":[{"message":{"content":"two words"}}]}'] });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    const { usage } = (await response.json()) as { usage: Record<string, unknown> };
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    const { inputTokens, outputTokens } = story.usage;
    expect(story.usage.source).toBe('COUNTED');
    expect(usage).toMatchObject({ prompt_tokens: inputTokens, completion_tokens: outputTokens, cost: story.charge });
  });

  promise('lets the SDK call a tool', async () => {
    bed.a.next({ toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
    const { choices } = await client().chat.completions.create({ model: 'small', messages: HI, tools: [WEATHER] });
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const [call] = choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } });
    expect(lastSent().body).toMatchObject({ tools: [WEATHER] });
  });

  promise('lets the SDK run tools to the end: the result goes back, and each turn is charged', async () => {
    bed.a.next({ toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
    bed.a.next({ text: 'Rain in Oslo.' });
    const asked: unknown[] = [];
    const look = (input: unknown) => {
      asked.push(input);
      return 'rain';
    };
    const tool = {
      type: 'function' as const,
      function: { ...WEATHER.function, description: 'The weather.', parse: JSON.parse, function: look },
    };
    const runner = client().chat.completions.runTools({ model: 'small', messages: HI, tools: [tool] });
    expect(await runner.finalContent()).toBe('Rain in Oslo.');
    expect(asked).toEqual([{ city: 'Oslo' }]);
    expect(lastSent().body.messages?.map((message) => message.role)).toEqual(['user', 'assistant', 'tool']);
  });

  promise('streams the parts of a tool call', async () => {
    bed.a.next({ toolCalls: [{ name: 'weather', arguments: '{"city":"Bergen"}' }] });
    const stream = await client().chat.completions.create({ model: 'small', messages: HI, tools: [WEATHER], stream: true });
    let name = '';
    let args = '';
    for await (const chunk of stream) {
      const [part] = chunk.choices[0]?.delta.tool_calls ?? [];
      name += part?.function?.name ?? '';
      args += part?.function?.arguments ?? '';
    }
    expect([name, args]).toEqual(['weather', '{"city":"Bergen"}']);
  });

  promise('passes a JSON schema on, and its answer parses', async () => {
    bed.a.next({ text: '{"city":"Oslo","degrees":3}' });
    const format = {
      type: 'json_schema' as const,
      json_schema: { name: 'report', strict: true, schema: { type: 'object', properties: { city: { type: 'string' } } } },
    };
    const { choices } = await client().chat.completions.parse({ model: 'small', messages: HI, response_format: format });
    expect(choices[0]?.message.parsed).toEqual({ city: 'Oslo', degrees: 3 });
    expect(lastSent().body['response_format']).toEqual(format);
  });

  promise('passes vision parts on, and their bound is part of the hold', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' as const } };
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'what is it?' }, image] }];
    const { choices } = await client().chat.completions.create({ model: 'only-ordinary', messages, max_tokens: 1 });
    expect(choices[0]?.message.content).toContain('You');
    expect(lastSent().body['messages']).toEqual(messages);
    const [hold] = await bed.database.query('SELECT amount FROM hold ORDER BY id DESC LIMIT 1');
    // 16 for the message, 11 bytes of text, 100 for the image; one token of output.
    expect(hold?.['amount']).toBe(127n * 1_000n + 4_000n);
  });
});
