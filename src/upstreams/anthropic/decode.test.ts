import * as transcripts from '../../../test/support/anthropic-transcripts';
import { Taker } from '../../../test/support/openai-bench';
import type { Channel } from '../../routing/catalog';
import type { AnswerEvent } from '../conversation/answer-event';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import { decodeMessage, MessageStreamDecoder } from './decode';
import { NativeEvents } from './native-events';

const channel = { apiKey: 'sk-secret', baseUrl: 'https://api.example/v1' } as Channel;
const FRAME = { model: 'asked', created: 1_700_000_000 };

/** Feeds a stream in pieces of so many bytes. */
function read(bytes: string, size: number, shape: 'chat' | 'messages' | 'native') {
  const taker = new Taker();
  const writer = shape === 'native' ? new NativeEvents() : CLIENT_SHAPES[shape].stream(FRAME);
  const reader = new EventAnswerReader(channel, taker, new MessageStreamDecoder(channel), writer);
  reader.begin('text/event-stream');
  const body = Buffer.from(bytes);
  for (let at = 0; at < body.length; at += size) {
    const progress = reader.data(body.subarray(at, at + size));
    if (typeof progress === 'object') return { ending: progress, taker, reader };
  }
  return { ending: reader.end(false), taker, reader };
}

function usageOf(bytes: string) {
  return read(bytes, bytes.length, 'native').reader.known.usage;
}

describe('a stream of Anthropic', () => {
  it.each(Object.entries(transcripts).filter(([name]) => name.endsWith('_STREAM')))(
    '%s says the same however its bytes are cut',
    (_name, bytes) => {
      const whole = read(bytes as string, 1_000_000, 'native');
      for (const size of [1, 7, 64]) {
        const cut = read(bytes as string, size, 'native');
        expect(cut.taker.frames).toBe(whole.taker.frames);
        expect(cut.ending).toEqual(whole.ending);
        expect(cut.reader.known).toMatchObject({ usage: whole.reader.known.usage, outputText: whole.reader.known.outputText });
      }
    },
  );

  it('passes through as it is, but for what tells the usage last', () => {
    const { ending, taker } = read(transcripts.TEXT_STREAM, 50, 'native');
    const last = transcripts.TEXT_STREAM.indexOf('event: message_delta');
    expect(taker.frames).toBe(transcripts.TEXT_STREAM.slice(0, last));
    expect(ending).toMatchObject({ ok: true, answer: { kind: 'closing', name: 'message_delta' } });
    const { data, after } = (ending as { answer: { data: string; after: string } }).answer;
    expect(`event: message_delta\ndata: ${data}\n\n${after}`).toBe(transcripts.TEXT_STREAM.slice(last));
  });

  it('counts what was read from a cache and written to it as input, and thoughts as output', () => {
    expect(usageOf(transcripts.TEXT_STREAM)).toMatchObject({ inputTokens: 25, outputTokens: 15, source: 'PROVIDER' });
    expect(usageOf(transcripts.CACHED_STREAM)).toMatchObject({
      inputTokens: 2_009,
      cachedInputTokens: 1_800,
      cacheWriteTokens: 188,
      outputTokens: 64,
    });
    expect(usageOf(transcripts.THINKING_STREAM)).toMatchObject({ outputTokens: 60, reasoningTokens: 45 });
  });

  it('has no usage where only its beginning told one, or its end one that is no count', () => {
    for (const last of ['{}', '{"output_tokens":-5}', '{"output_tokens":"15"}', 'null']) {
      expect(usageOf(transcripts.TEXT_STREAM.replace('{"output_tokens":15}', last))).toBeUndefined();
    }
    const late = transcripts.TEXT_STREAM.replace('"usage":{"input_tokens":25,"output_tokens":1}', '"usage":null');
    expect(usageOf(late.replace('{"output_tokens":15}', '{"input_tokens":25,"output_tokens":15}'))).toMatchObject({
      inputTokens: 25,
      outputTokens: 15,
    });
    const zero = transcripts.TEXT_STREAM.replace('{"output_tokens":15}', '{"input_tokens":0,"output_tokens":15}');
    expect(usageOf(zero)).toMatchObject({ inputTokens: 25, outputTokens: 15 });
  });

  it('takes the input that was told last with its parts, and never adds parts of one to the whole of another', () => {
    const told = (first: object, last: object) =>
      usageOf(
        transcripts.TEXT_STREAM.replace('{"input_tokens":25,"output_tokens":1}', JSON.stringify({ ...first, output_tokens: 1 })).replace(
          '{"output_tokens":15}',
          JSON.stringify({ ...last, output_tokens: 15 }),
        ),
      );
    const parts = { input_tokens: 200, cache_read_input_tokens: 1_800 };
    expect(told({ input_tokens: 2_000 }, parts)).toMatchObject({ inputTokens: 2_000, cachedInputTokens: 1_800, outputTokens: 15 });
    expect(told(parts, parts)).toMatchObject({ inputTokens: 2_000, cachedInputTokens: 1_800 });
    for (const less of [{ input_tokens: 200 }, { input_tokens: 0 }, {}]) {
      expect(told(parts, less)).toMatchObject({ inputTokens: 2_000, cachedInputTokens: 1_800 });
    }
    expect(told({ input_tokens: 200 }, { cache_read_input_tokens: 1_800 })).toMatchObject({ inputTokens: 2_000 });
  });

  it('has no usage where what was cached is no count: the input beside it leaves that out', () => {
    for (const read of ['"1800"', '-1', '1e30', '0.5']) {
      const sent = `{"input_tokens":21,"cache_read_input_tokens":${read},"output_tokens":15}`;
      expect(usageOf(transcripts.TEXT_STREAM.replace('{"output_tokens":15}', sent))).toBeUndefined();
    }
    const none = '{"input_tokens":21,"cache_read_input_tokens":null,"output_tokens":15}';
    expect(usageOf(transcripts.TEXT_STREAM.replace('{"output_tokens":15}', none))).toMatchObject({ inputTokens: 25, cachedInputTokens: 0 });
  });

  it('has no usage where it ended without saying why, and told one at its beginning alone', () => {
    const from = transcripts.TEXT_STREAM.indexOf('event: message_delta');
    const to = transcripts.TEXT_STREAM.indexOf('event: message_stop');
    const { ending, reader } = read(transcripts.TEXT_STREAM.slice(0, from) + transcripts.TEXT_STREAM.slice(to), 40, 'native');
    expect(ending).toMatchObject({ ok: true, answer: { name: 'message_delta' } });
    expect(reader.known.usage).toBeUndefined();
    expect(reader.known.outputText).not.toBe('');
  });

  it('waits for a client that is slow', async () => {
    const taker = new Taker();
    taker.ready = Promise.resolve();
    const reader = new EventAnswerReader(channel, taker, new MessageStreamDecoder(channel), new NativeEvents());
    reader.begin('text/event-stream');
    expect(reader.data(Buffer.from(transcripts.TEXT_STREAM.slice(0, 400)))).toBe('slow');
    await reader.whenReady();
  });

  it('is a failure in the words of the provider when it ends in an error, and knows what it had used by then', () => {
    const { ending, reader } = read(transcripts.ERROR_STREAM, 9, 'chat');
    expect(ending).toMatchObject({ ok: false, failure: { kind: 'provider_error', message: 'Overloaded', type: 'overloaded_error' } });
    expect(reader.known).toMatchObject({ outputText: 'Hello', usage: { inputTokens: 25, outputTokens: 1 } });
  });

  it('is lost where it never says why it stopped, and whole where only its last event is missing', () => {
    const withoutEnd = transcripts.TEXT_STREAM.slice(0, transcripts.TEXT_STREAM.indexOf('event: message_delta'));
    expect(read(withoutEnd, 30, 'native').ending).toMatchObject({ ok: false, failure: { kind: 'connection_lost' } });
    const withoutLast = transcripts.TEXT_STREAM.slice(0, transcripts.TEXT_STREAM.indexOf('event: message_stop'));
    expect(read(withoutLast, 30, 'native').ending).toMatchObject({ ok: true, answer: { after: expect.stringContaining('message_stop') } });
  });

  it('is malformed where an event is no JSON, and in a body that is none of its protocol', () => {
    expect(read('event: message_start\ndata: {"type":\n\n', 5, 'native').ending).toMatchObject({ failure: { kind: 'malformed_answer' } });
    const reader = new EventAnswerReader(channel, new Taker(), new MessageStreamDecoder(channel), new NativeEvents());
    reader.begin('application/json');
    reader.data(Buffer.from('{"type":"error","error":{"type":"api_error","message":"at https://api.example/v1 with sk-secret"}}'));
    expect(reader.end(false)).toMatchObject({ failure: { kind: 'provider_error', type: 'api_error', message: 'at … with …' } });
  });
});

describe('the chunks of a chat that a stream of Anthropic becomes', () => {
  const chunksOf = (bytes: string) =>
    read(bytes, 33, 'chat')
      .taker.frames.split('\n\n')
      .filter((frame) => frame !== '')
      .map(
        (frame) => JSON.parse(frame.slice('data: '.length)).choices[0] as { delta: Record<string, unknown>; finish_reason: string | null },
      );

  it('carry a call piece by piece, and an empty object where it has no arguments', () => {
    const calls = chunksOf(transcripts.TOOL_STREAM).flatMap(
      ({ delta }) => (delta['tool_calls'] as { index: number; function: object }[]) ?? [],
    );
    expect(calls).toEqual([
      { index: 0, id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', type: 'function', function: { name: 'get_weather', arguments: '' } },
      ...['', '{"location":', ' "San', ' Francisco"}'].map((text) => ({ index: 0, function: { arguments: text } })),
      { index: 1, id: 'toolu_02', type: 'function', function: { name: 'get_time', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
    expect(chunksOf(transcripts.TOOL_STREAM).at(-1)?.finish_reason).toBe('tool_calls');
  });

  it('carry the arguments alone of a call that begins with an empty text in place of an object', () => {
    const calls = chunksOf(transcripts.TOOL_STREAM.replaceAll('"input":{}', '"input":""')).flatMap(
      ({ delta }) => (delta['tool_calls'] as { function: { arguments: string } }[]) ?? [],
    );
    expect(calls.map(({ function: { arguments: text } }) => text).join('')).toBe('{"location": "San Francisco"}{}');
  });

  it('carry thoughts, and what proves them once it is whole', () => {
    const details = chunksOf(transcripts.THINKING_STREAM).flatMap(({ delta }) => (delta['reasoning_details'] as object[]) ?? []);
    expect(details).toEqual([
      { index: 0, type: 'reasoning.text', text: 'First, 27 * 453.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
      { index: 1, type: 'reasoning.encrypted', data: 'EmwKAhgBEgy3va3pzix' },
    ]);
  });

  it.each([
    [transcripts.TEXT_STREAM, 'stop'],
    [transcripts.CACHED_STREAM, 'length'],
    [transcripts.REFUSAL_STREAM, 'content_filter'],
  ])('say why it ended', (bytes, reason) => {
    expect(chunksOf(bytes).at(-1)).toMatchObject({ delta: {}, finish_reason: reason });
  });
});

describe('a whole message', () => {
  it('says what the same stream would, and becomes a chat completion', () => {
    const text = understood(decodeMessage(transcripts.WHOLE_MESSAGE), (events: readonly AnswerEvent[]) =>
      CLIENT_SHAPES.chat.whole(events, FRAME),
    );
    expect(text).toMatchObject({ reportedModel: 'claude-sonnet-4-5-20250929', usage: { inputTokens: 2_009, cachedInputTokens: 1_800 } });
    expect(JSON.parse(text?.rewritten ?? '')).toMatchObject({
      id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
      created: 1_700_000_000,
      choices: [
        {
          message: {
            content: '12231',
            reasoning_content: 'First, 27 * 453.',
            tool_calls: [{ function: { name: 'get_weather', arguments: '{"location":"San Francisco"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 2_009, completion_tokens: 60, prompt_tokens_details: { cached_tokens: 1_800, cache_write_tokens: 188 } },
    });
  });

  it('is none without blocks, and none that is an error', () => {
    expect(understood(decodeMessage({ type: 'message', content: 'text' }))).toBeUndefined();
    expect(understood(decodeMessage({ type: 'error', content: [] }))).toBeUndefined();
  });
});
