import type { Channel } from '../../routing/catalog';
import type { AnswerEvent } from '../conversation/answer-event';
import { ChatStreamDecoder, decodeChat } from './decode-chat';

const channel = { apiKey: 'k', baseUrl: 'https://compatible.example/v1' } as Channel;

function events(...chunks: readonly object[]): AnswerEvent[] {
  const decoder = new ChatStreamDecoder(channel);
  return chunks.flatMap((chunk) => [...decoder.take({ data: JSON.stringify(chunk), event: undefined, id: undefined }).events]);
}

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'c1',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const stop = (cause: string) => ({ kind: 'stop', cause, sequence: null });
const HEAD = { kind: 'head', id: 'c1', model: 'm' };

describe('the chunks of a chat', () => {
  it('say their head once, thoughts in either spelling, and texts that come in parts', () => {
    expect(events(chunk({ reasoning_content: 'a' }), chunk({ reasoning: 'b' }), chunk({ content: [{ type: 'text', text: 'c' }] }))).toEqual(
      [HEAD, { kind: 'reasoning', text: 'a' }, { kind: 'reasoning', text: 'b' }, { kind: 'text', text: 'c' }],
    );
  });

  it('say the thoughts that stand in the list of the content, in their place', () => {
    const thinking = (text: string) => ({ type: 'thinking', thinking: [{ type: 'text', text }], closed: true });
    expect(events(chunk({ content: [thinking('hm')] }), chunk({ content: [thinking('so'), { type: 'text', text: 'four' }] }))).toEqual([
      HEAD,
      { kind: 'reasoning', text: 'hm' },
      { kind: 'reasoning', text: 'so' },
      { kind: 'text', text: 'four' },
    ]);
  });

  it('tell the usage that stands beside the chunk, or in the choice that ends', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2 };
    const told = { kind: 'usage', usage: expect.objectContaining({ inputTokens: 9, outputTokens: 2 }) };
    expect(events({ ...chunk({}, 'stop'), x_groq: { id: 'r', usage } }).at(-1)).toEqual(told);
    expect(events({ id: 'c1', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }).at(-1)).toEqual(told);
  });

  it.each([
    ['model_length', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['sensitive', 'filtered'],
    ['eos', 'complete'],
  ])('end for what a provider calls %s', (reason, cause) => {
    expect(events(chunk({ content: 'a' }, reason)).at(-1)).toEqual(stop(cause));
  });

  it('begin behind a chunk about the prompt, whose names are empty', () => {
    const about = { id: '', model: '', choices: [], prompt_filter_results: [] };
    expect(events(about, chunk({ content: 'a' }))).toEqual([HEAD, { kind: 'text', text: 'a' }]);
  });

  it('say calls from zero, whatever the provider numbers them, and give an id to one that has none', () => {
    const read = events(
      chunk({ tool_calls: [{ index: 5, id: 'x', function: { name: 'f', arguments: '{' } }] }),
      chunk({ tool_calls: [{ index: 5, function: { arguments: '}' } }] }),
      chunk({ tool_calls: [{ index: 7, function: { name: 'g' } }] }),
    );
    expect(read).toEqual([
      HEAD,
      { kind: 'tool-call-begin', call: 0, id: 'x', name: 'f' },
      { kind: 'tool-call-arguments', call: 0, text: '{' },
      { kind: 'tool-call-arguments', call: 0, text: '}' },
      { kind: 'tool-call-begin', call: 1, id: expect.stringMatching(/^call_./), name: 'g' },
    ]);
  });

  it('say arguments that come as an object in place of its text', () => {
    const made = { id: 'x', function: { name: 'f', arguments: { a: 1 } } };
    const said = { kind: 'tool-call-arguments', call: 0, text: '{"a":1}' };
    expect(events(chunk({ tool_calls: [made] }))).toContainEqual(said);
    expect(decodeChat({ choices: [{ message: { tool_calls: [made] } }] }).events).toContainEqual(said);
  });

  it('say each call where the provider gives all of them one index, and a call whose id is repeated once', () => {
    const call = (id: string, name: string, text: string) => chunk({ tool_calls: [{ index: 0, id, function: { name, arguments: text } }] });
    const read = events(call('x', 'f', '{"a":1}'), call('y', 'f', '{"a":2}'), call('y', 'f', ' '), call('z', '', ' '), chunk({}, 'stop'));
    expect(read).toEqual([
      HEAD,
      { kind: 'tool-call-begin', call: 0, id: 'x', name: 'f' },
      { kind: 'tool-call-arguments', call: 0, text: '{"a":1}' },
      { kind: 'tool-call-begin', call: 1, id: 'y', name: 'f' },
      { kind: 'tool-call-arguments', call: 1, text: '{"a":2}' },
      { kind: 'tool-call-arguments', call: 1, text: ' ' },
      { kind: 'tool-call-arguments', call: 1, text: ' ' },
      stop('tool-calls'),
    ]);
  });

  it.each(['', 'null'])('go on while the reason to end is %j', (nothing) => {
    const read = events(chunk({ content: 'a' }, nothing), chunk({ content: 'b' }, nothing), chunk({}, 'length'));
    expect(read).toEqual([HEAD, { kind: 'text', text: 'a' }, { kind: 'text', text: 'b' }, stop('length')]);
  });

  it('wait for results where there are calls, also when the provider says that it stopped', () => {
    expect(events(chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'f' } }] }), chunk({}, 'stop')).at(-1)).toEqual(
      stop('tool-calls'),
    );
    expect(events(chunk({ refusal: 'no' }), chunk({}, 'stop')).at(-1)).toEqual(stop('refused'));
    expect(events(chunk({}, 'content_filter')).at(-1)).toEqual(stop('filtered'));
    expect(events(chunk({}, 'something new')).at(-1)).toEqual(stop('complete'));
  });

  it('end with the marker, and fail with an error in the place of a chunk or with what is no JSON', () => {
    const decoder = new ChatStreamDecoder(channel);
    const take = (data: string) => decoder.take({ data, event: undefined, id: undefined });
    expect(take('[DONE]')).toEqual({ events: [], ended: true });
    expect(take('{"error":{"message":"broke","type":"server_error"}}').failure).toMatchObject({ kind: 'provider_error', message: 'broke' });
    expect(take('{"choices":').failure).toMatchObject({ kind: 'malformed_answer' });
  });

  it.each(['error', 'network_error', 'abort'])('fail where the reason says that the provider broke off: %s', (reason) => {
    const decoder = new ChatStreamDecoder(channel);
    const failed = decoder.take({ data: JSON.stringify(chunk({ content: 'half' }, reason)), event: undefined, id: undefined });
    expect(failed).toMatchObject({ events: [], failure: { kind: 'provider_error', message: expect.stringContaining(reason) } });
    expect(decodeChat({ choices: [{ index: 0, message: { content: 'half' }, finish_reason: reason }] })).toMatchObject({
      events: [],
      failure: { kind: 'malformed_answer' },
    });
  });

  it('say nothing of other choices', () => {
    expect(events({ id: 'c1', model: 'm', choices: [{ index: 1, delta: { content: 'other' } }] })).toEqual([HEAD]);
  });
});

describe('a whole chat completion', () => {
  it.each([null, ''])('has ended, and waits for the results of its calls, where its reason is %j', (reason) => {
    const message = { tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{}' } }] };
    expect(decodeChat({ choices: [{ message, finish_reason: reason }] }).events.at(-1)).toEqual(stop('tool-calls'));
  });

  it('is none without choices', () => {
    expect(decodeChat({ choices: [] }).failure).toMatchObject({ kind: 'malformed_answer' });
    expect(decodeChat({ error: { message: 'x' } }).failure).toMatchObject({ kind: 'malformed_answer' });
  });
});
