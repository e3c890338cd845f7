/** What is streamed says what is whole, in either shape, also where a provider writes several calls at once. */
import { fc } from '../../../test/support/properties';
import { NO_USAGE } from '../../metering/usage';
import type { Channel } from '../../routing/catalog';
import { MessageStreamDecoder } from '../anthropic/decode';
import { ChatStreamDecoder } from '../openai/decode-chat';
import type { AnswerEvent } from './answer-event';
import { CLIENT_SHAPES } from './client-shapes';
import type { StreamDecoder } from './event-answer';

const channel = {} as Channel;
const FRAME = { model: 'theirs', created: 1 };
const HEAD: AnswerEvent = { kind: 'head', id: 'a1', model: 'm' };

interface Frame {
  readonly event: string | undefined;
  readonly data: string;
}

function framesOf(text: string): Frame[] {
  return text
    .split('\n\n')
    .filter((each) => each !== '')
    .map((each) => ({ event: /^event: (.*)$/m.exec(each)?.[1], data: /^data: (.*)$/m.exec(each)?.[1] ?? '' }));
}

/** One frame for each event, as they come. */
function written(shape: 'chat' | 'messages', events: readonly AnswerEvent[]): Frame[] {
  const writer = CLIENT_SHAPES[shape].stream(FRAME);
  const text = events.map((each) => writer.frames([each], { data: '', event: undefined, id: undefined })).join('');
  const end = writer.end();
  return framesOf(end.kind === 'closing' ? `${text}event: ${end.name}\ndata: ${end.data}\n\n${end.after}` : text);
}

function reread(decoder: StreamDecoder, frames: readonly Frame[]): AnswerEvent[] {
  return frames.flatMap(({ data, event }) => [...decoder.take({ data, event, id: undefined }).events]);
}

/** Neighbouring pieces of one kind, put together. */
function joined(events: readonly AnswerEvent[]): AnswerEvent[] {
  const all: AnswerEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    const goesOn = (event.kind === 'text' || event.kind === 'reasoning') && last?.kind === event.kind;
    if (goesOn) all[all.length - 1] = { ...event, text: last.text + event.text };
    else all.push(event);
  }
  return all;
}

/** Arguments of each call together, whatever came between their pieces. */
function callsOf(events: readonly AnswerEvent[]) {
  const calls = new Map<number, { id: string; name: string; text: string }>();
  for (const event of events) {
    if (event.kind === 'tool-call-begin') calls.set(event.call, { id: event.id, name: event.name, text: '' });
    const call = event.kind === 'tool-call-arguments' ? calls.get(event.call) : undefined;
    if (call !== undefined && event.kind === 'tool-call-arguments') call.text += event.text;
  }
  return [...calls.values()];
}

const piece = fc.string({ minLength: 1 });
const said = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('text' as const), text: piece }),
    fc.record({ kind: fc.constant('reasoning' as const), text: piece }),
  ),
  { minLength: 1, maxLength: 6 },
);
const stop: AnswerEvent = { kind: 'stop', cause: 'complete', sequence: null };

describe('the frames of a stream', () => {
  it('say every text and thought again, in their order', () => {
    fc.assert(
      fc.property(said, (events) => {
        const all = [HEAD, ...events, stop];
        const textOf = (read: readonly AnswerEvent[]) => joined(read.filter(({ kind }) => kind === 'text' || kind === 'reasoning'));
        expect(textOf(reread(new MessageStreamDecoder(channel), written('messages', all)))).toEqual(joined(events));
        expect(textOf(reread(new ChatStreamDecoder(channel), written('chat', all)))).toEqual(joined(events));
      }),
    );
  });

  it('keep calls apart whose pieces come mixed', () => {
    const pieces = ['{"a":', '1', '}'];
    const order = fc.shuffledSubarray([0, 0, 0, 1, 1, 1], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(order, (turns) => {
        const taken = [0, 0];
        const begin = (call: number): AnswerEvent => ({ kind: 'tool-call-begin', call, id: `id${call}`, name: 'f' });
        const mixed = turns.map((call): AnswerEvent => {
          const text = pieces[taken[call] ?? 0] ?? '';
          taken[call] = (taken[call] ?? 0) + 1;
          return { kind: 'tool-call-arguments', call, text };
        });
        const all: AnswerEvent[] = [HEAD, begin(0), begin(1), ...mixed, { ...stop, kind: 'stop', cause: 'tool-calls', sequence: null }];
        const calls = [0, 1].map((call) => ({ id: `id${call}`, name: 'f', text: '{"a":1}' }));
        expect(callsOf(reread(new MessageStreamDecoder(channel), written('messages', all)))).toEqual(calls);
        expect(callsOf(reread(new ChatStreamDecoder(channel), written('chat', all)))).toEqual(calls);
      }),
    );
  });

  it('tell at the start what the prompt took, where a provider says so with its first piece', () => {
    const usage: AnswerEvent = { kind: 'usage', usage: { ...NO_USAGE, inputTokens: 9, cachedInputTokens: 4, outputTokens: 2 } };
    const started = (events: readonly AnswerEvent[]) => {
      const writer = CLIENT_SHAPES.messages.stream(FRAME);
      const [first] = framesOf(writer.frames(events, { data: '', event: undefined, id: undefined }));
      return (JSON.parse(first?.data ?? '') as { message: { usage: object } }).message.usage;
    };
    const none = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };
    expect(started([HEAD, { kind: 'text', text: 'x' }, usage])).toEqual({ ...none, input_tokens: 5, cache_read_input_tokens: 4 });
    expect(started([HEAD, { kind: 'text', text: 'x' }])).toEqual(none);
  });

  it('close every block that they open, once, and none twice', () => {
    const call = fc.nat({ max: 1 }).map((at) => [
      { kind: 'tool-call-begin' as const, call: at, id: `id${at}`, name: 'f' },
      { kind: 'tool-call-arguments' as const, call: at, text: '{}' },
    ]);
    fc.assert(
      fc.property(said, fc.uniqueArray(call, { selector: ([begin]) => (begin as { call: number }).call, maxLength: 2 }), (texts, calls) => {
        const frames = written('messages', [HEAD, ...texts, ...calls.flat(), stop]);
        const indexes = (type: string) =>
          frames.filter(({ event }) => event === type).map(({ data }) => (JSON.parse(data) as { index: number }).index);
        expect(indexes('content_block_stop').sort()).toEqual(indexes('content_block_start'));
        expect(frames.map(({ event }) => event)).toEqual([
          'message_start',
          ...frames.slice(1, -2).map(({ event }) => event),
          'message_delta',
          'message_stop',
        ]);
      }),
    );
  });
});
