import { aChannel } from '../../../test/support/catalog-builders';
import { Taker } from '../../../test/support/openai-bench';
import type { AnswerEvent } from '../conversation/answer-event';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import { conversationFromChat } from '../conversation/from-chat';
import { decodeMessage, MessageStreamDecoder } from './decode';
import { messageRequest } from './message-request';
import { ObjectAnswer, ObjectStreamDecoder, objectToolOf } from './object-answer';

const HI = [{ role: 'user', content: 'hi' }];
const JSON_MODE = { response_format: { type: 'json_object' } };
const CALL = { upstreamModel: 'claude-theirs', stream: false, outputLimit: null, outputBound: 4_096 };
const tool = (name: string) => ({ type: 'function', function: { name } });

function conversationOf(more: object) {
  const reading = conversationFromChat({ model: 'm', messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return reading.conversation;
}

function asked(more: object) {
  const { tools = [], tool_choice } = JSON.parse(messageRequest(conversationOf(more), CALL)) as {
    tools?: { name: string }[];
    tool_choice?: object;
  };
  return { tools: tools.map(({ name }) => name), choice: tool_choice };
}

describe('any JSON object', () => {
  it('is asked for as the arguments of one call that must be made', () => {
    expect(asked(JSON_MODE)).toEqual({
      tools: ['answer_in_json'],
      choice: { type: 'tool', name: 'answer_in_json', disable_parallel_tool_use: true },
    });
    expect(messageRequest(conversationOf(JSON_MODE), CALL)).toContain(
      '"input_schema":{"type":"object","properties":{},"additionalProperties":true}',
    );
  });

  it('leaves the tools of the client to be called as well, unless none of them may be', () => {
    const tools = [tool('f'), tool('answer_in_json')];
    const all = ['f', 'answer_in_json', 'answer_in_json_'];
    expect(asked({ ...JSON_MODE, tools })).toEqual({ tools: all, choice: { type: 'any' } });
    expect(asked({ ...JSON_MODE, tools, parallel_tool_calls: false }).choice).toEqual({ type: 'any', disable_parallel_tool_use: true });
    expect(asked({ ...JSON_MODE, tools, tool_choice: 'none' })).toEqual({
      tools: all,
      choice: { type: 'tool', name: 'answer_in_json_', disable_parallel_tool_use: true },
    });
  });

  it('is not asked for where a tool of the client must be called: there is no text then', () => {
    const named = { type: 'function', function: { name: 'f' } };
    for (const tool_choice of ['required', named]) {
      expect(asked({ ...JSON_MODE, tools: [tool('f')], tool_choice }).tools).toEqual(['f']);
    }
    expect(objectToolOf(conversationOf({}))).toBeNull();
  });
});

const HEAD: AnswerEvent = { kind: 'head', id: 'msg_1', model: 'm' };
const STOP: AnswerEvent = { kind: 'stop', cause: 'tool-calls', sequence: null };
const begin = (call: number, name: string): AnswerEvent => ({ kind: 'tool-call-begin', call, id: `toolu_${call}`, name });
const args = (call: number, text: string): AnswerEvent => ({ kind: 'tool-call-arguments', call, text });

/** Whole, and streamed with each event for itself. */
function answered(...events: AnswerEvent[]) {
  const frame = { model: 'm', created: 1 };
  const whole = JSON.parse(CLIENT_SHAPES.chat.whole(new ObjectAnswer('answer_in_json').in({ events }).events, frame)) as {
    choices: [{ message: { content: string | null; tool_calls?: { function: object }[] }; finish_reason: string }];
  };
  const [answer, writer] = [new ObjectAnswer('answer_in_json'), CLIENT_SHAPES.chat.stream(frame)];
  const streamed = events.map((event) =>
    writer.frames(answer.in({ events: [event] }).events, { data: '', id: undefined, event: undefined }),
  );
  const [{ message, finish_reason }] = whole.choices;
  return { content: message.content, calls: message.tool_calls?.map((call) => call.function), finish_reason, streamed: streamed.join('') };
}

describe('an answer with an object', () => {
  it('has it as its text, piece by piece, and ends as texts do', () => {
    const { streamed, ...whole } = answered(HEAD, begin(0, 'answer_in_json'), args(0, ''), args(0, '{"a":'), args(0, '12.0}'), STOP);
    expect(whole).toEqual({ content: '{"a":12.0}', calls: undefined, finish_reason: 'stop' });
    expect([...streamed.matchAll(/"delta":(\{.*?\}),"logprobs"/g)].map(([, delta]) => delta)).toEqual([
      '{"role":"assistant","content":"","refusal":null}',
      '{"content":"{\\"a\\":"}',
      '{"content":"12.0}"}',
      '{}',
    ]);
    expect(streamed).toContain('"finish_reason":"stop"');
  });

  it('is one without members where the call has no arguments, and cut where the limit cut it', () => {
    expect(answered(HEAD, begin(0, 'answer_in_json'), STOP).content).toBe('{}');
    const cut = answered(HEAD, begin(0, 'answer_in_json'), args(0, '{"a'), { ...STOP, cause: 'length' });
    expect(cut).toMatchObject({ content: '{"a', finish_reason: 'length' });
  });

  it('has the first of two objects, and the calls of other tools counted from zero', () => {
    const { streamed, ...whole } = answered(
      HEAD,
      begin(0, 'answer_in_json'),
      args(0, '{"a":1}'),
      begin(1, 'f'),
      args(1, '{"b":2}'),
      begin(2, 'answer_in_json'),
      args(2, '{"c":3}'),
      STOP,
    );
    expect(whole).toEqual({ content: '{"a":1}', calls: [{ name: 'f', arguments: '{"b":2}' }], finish_reason: 'tool_calls' });
    expect(streamed).toContain('"tool_calls":[{"index":0,"id":"toolu_1"');
    expect(streamed).not.toContain('"index":1');
  });

  it('never costs it the count of the provider that the call has no arguments', () => {
    const message = {
      ...{ id: 'msg_1', type: 'message', content: [{ type: 'tool_use', id: 'toolu_0', name: 'answer_in_json', input: {} }] },
      ...{ stop_reason: 'tool_use', usage: { input_tokens: 420, output_tokens: 9 } },
    };
    const told = { inputTokens: 420, outputTokens: 9, source: 'PROVIDER' };
    expect(understood(new ObjectAnswer('answer_in_json').in(decodeMessage(message)))).toMatchObject({ outputText: '{}', usage: told });
    const channel = aChannel('c');
    const decoder = new ObjectStreamDecoder(new MessageStreamDecoder(channel), 'answer_in_json');
    const reader = new EventAnswerReader(channel, new Taker(), decoder, CLIENT_SHAPES.chat.stream({ model: 'm', created: 1 }));
    reader.begin('text/event-stream');
    const { content, stop_reason, usage, ...begun } = message;
    for (const event of [
      { type: 'message_start', message: { ...begun, usage: { input_tokens: 420, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: content[0] },
      { type: 'message_delta', delta: { stop_reason }, usage },
      { type: 'message_stop' },
    ]) {
      reader.data(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
    }
    expect(reader.end(false)).toMatchObject({ ok: true });
    expect(reader.known).toMatchObject({ outputText: '{}', usage: told });
  });

  it('keeps the words of a model that would not', () => {
    const refused = answered(HEAD, { kind: 'text', text: 'no' }, { ...STOP, cause: 'refused' });
    expect(refused).toMatchObject({ content: 'no', finish_reason: 'content_filter' });
  });
});
