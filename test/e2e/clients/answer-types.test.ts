/** What clients are answered keeps to the providers' own declarations of it, whatever protocol the answer came by. */
import { PROTOCOLS, type Protocol } from '../../../src/routing/catalog';
import { type ClientBed, closeClientBed, KEY, modelOn, openClientBed } from '../../support/clients/client-bed';
import { eventsOf, post } from '../../support/forge-client';
import { geminiText } from '../../support/gemini-fixtures';
import type { Script } from '../../support/script';
import { broken, checksOf } from '../../support/type-schemas';

const CHAT = 'openai/resources/chat/completions/completions.d.ts';
const RESPONSES = 'openai/resources/responses/responses.d.ts';
const MESSAGES = '@anthropic-ai/sdk/resources/messages/messages.d.ts';

const SCRIPTS: readonly (readonly [string, Script])[] = [
  ['a text', { text: 'one two three' }],
  ['a cut text', { tokens: 5 }],
  [
    'calls',
    {
      toolCalls: [
        { name: 'weather', arguments: '{"city":"Paris"}' },
        { name: 'now', arguments: '{}' },
      ],
    },
  ],
  ['a text behind reasoning', { reasoning: 'well then', text: 'so be it' }],
  ['a cached prompt', { text: 'x', cachedTokens: 1 }],
];
const ROOM = { max_tokens: 200 };
const TABLE = PROTOCOLS.flatMap((protocol) => SCRIPTS.map(([what, script]) => [protocol, what, script] as const));

describe('an answer', () => {
  let bed: ClientBed;
  const checks = checksOf({
    completion: { file: CHAT, name: 'ChatCompletion' },
    chunk: { file: CHAT, name: 'ChatCompletionChunk' },
    embeddings: { file: 'openai/resources/embeddings.d.ts', name: 'CreateEmbeddingResponse' },
    response: { file: RESPONSES, name: 'Response', added: ['output_text'] },
    responseEvent: { file: RESPONSES, name: 'ResponseStreamEvent', added: ['output_text'] },
    message: { file: MESSAGES, name: 'Message', nullMayLack: true },
    messageEvent: { file: MESSAGES, name: 'RawMessageStreamEvent', nullMayLack: true },
  });
  const send = async (path: string, script: Script, body: object) => {
    bed.provider.next(script);
    const response = await post(bed.gateway.origin, path, KEY, body);
    const text = await response.text();
    expect([response.status, text]).toEqual([200, text]);
    return text;
  };
  /** Of events with and without a name. */
  const dataOf = (body: string): unknown[] =>
    eventsOf(body.replaceAll(/^event: .*\n/gm, '')).flatMap((data) => (data === '[DONE]' ? [] : [JSON.parse(data) as unknown]));
  const ask = (protocol: Protocol, more: object = {}) => ({
    model: modelOn(protocol),
    max_tokens: 3,
    messages: [{ role: 'user', content: 'hi there' }],
    ...more,
  });

  beforeAll(async () => {
    bed = await openClientBed([['vectors', [['gemini', 'gemini-embedding-001']]]]);
  });

  afterAll(() => closeClientBed(bed));

  it.each(TABLE)('from an %s channel is a chat completion, whole and streamed: %s', async (protocol, _what, script) => {
    expect(broken(checks.completion, JSON.parse(await send('/v1/chat/completions', script, ask(protocol))))).toEqual([]);
    const streamed = await send('/v1/chat/completions', script, ask(protocol, { stream: true, stream_options: { include_usage: true } }));
    const chunks = dataOf(streamed);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.flatMap((chunk) => broken(checks.chunk, chunk))).toEqual([]);
  });

  it.each(TABLE)('from an %s channel is a message, whole and streamed: %s', async (protocol, _what, script) => {
    expect(broken(checks.message, JSON.parse(await send('/v1/messages', script, ask(protocol))))).toEqual([]);
    const events = dataOf(await send('/v1/messages', script, ask(protocol, { stream: true })));
    expect(events.length).toBeGreaterThan(4);
    expect(events.flatMap((event) => broken(checks.messageEvent, event))).toEqual([]);
  });

  it.each(['whole-text.json', 'whole-calls.json', 'thoughts-only.json', 'answer-filtered.json'])(
    'of Gemini is one of both: %s',
    async (name) => {
      const script = { raw: [geminiText(name)] };
      expect(broken(checks.completion, JSON.parse(await send('/v1/chat/completions', script, ask('gemini', ROOM))))).toEqual([]);
      expect(broken(checks.message, JSON.parse(await send('/v1/messages', script, ask('gemini', ROOM))))).toEqual([]);
    },
  );

  it('is a response, whole and streamed', async () => {
    for (const script of [{ text: 'one two' }, { toolCalls: [{ name: 'weather', arguments: '{"city":"Paris"}' }] }]) {
      const body = { model: modelOn('openai'), input: 'hi' };
      expect(broken(checks.response, JSON.parse(await send('/v1/responses', script, body)))).toEqual([]);
      const events = dataOf(await send('/v1/responses', script, { ...body, stream: true }));
      expect(events.flatMap((event) => broken(checks.responseEvent, event))).toEqual([]);
    }
  });

  it('is a list of embeddings, made by Gemini', async () => {
    const script = { raw: [geminiText('embeddings.json')] };
    const body = JSON.parse(await send('/v1/embeddings', script, { model: 'vectors', input: ['a', 'b'] })) as unknown;
    expect(broken(checks.embeddings, body)).toEqual([]);
  });

  it('that is none would be noticed', async () => {
    const text = await send('/v1/chat/completions', { text: 'x' }, ask('gemini'));
    for (const [right, wrong] of [
      ['"finish_reason":"stop"', '"finish_reason":"STOP"'],
      ['"refusal":null', '"refused":null'],
      ['"prompt_tokens":2', '"prompt_tokens":"2"'],
      ['"created":', '"made":'],
    ] as const) {
      expect(text).toContain(right);
      expect(broken(checks.completion, JSON.parse(text.replace(right, wrong)))).not.toEqual([]);
    }
    expect(broken(checks.messageEvent, { type: 'message_stopped' })).not.toEqual([]);
  });
});
