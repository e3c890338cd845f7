import { Delivery, type StreamSink } from '../attempts/delivery';
import type { AnswerReceiver } from '../attempts/upstream';
import type { Channel } from '../routing/catalog';
import { MessageStreamDecoder } from './anthropic/decode';
import { NativeEvents } from './anthropic/native-events';
import { EventAnswerReader } from './conversation/event-answer';
import type { EventReader } from './event-reader';
import { outputTextOf } from './openai/output-text';
import { RESPONSE_EVENTS } from './openai/response-stream';
import { StreamAnswerReader } from './openai/stream-answer';
import { TypedEventReader } from './openai/typed-event-reader';

const channel = { apiKey: 'sk-secret', baseUrl: 'https://api.example/v1' } as Channel;
const PER_CHARACTER = { count: (text: string) => text.length };
const BOUND = 1_000;
/** Twice the bound, and what may come before it is counted again. */
const MOST = 2 * BOUND + 1_024;

class Client implements StreamSink {
  readonly written: string[] = [];
  /** After so many writes it is slow. */
  slowAfter = Number.POSITIVE_INFINITY;

  write(frames: string): boolean {
    return this.written.push(frames) < this.slowAfter;
  }

  writeBytes(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }
}

type Format = readonly [name: string, open: (receiver: AnswerReceiver) => EventReader, event: (text: string) => object];

const FORMATS: readonly Format[] = [
  [
    'chat completions',
    (receiver) => new StreamAnswerReader(channel, receiver, ({ delta }) => outputTextOf(delta)),
    (content) => ({ id: 'x', choices: [{ index: 0, delta: { content } }] }),
  ],
  [
    'messages',
    (receiver) => new EventAnswerReader(channel, receiver, new MessageStreamDecoder(channel), new NativeEvents()),
    (text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  ],
  [
    'responses',
    (receiver) => new TypedEventReader(channel, receiver, RESPONSE_EVENTS),
    (delta) => ({ type: 'response.output_text.delta', delta }),
  ],
];

describe.each(FORMATS)('the events of one piece of the network: %s', (_name, open, event) => {
  /** What a client has of these texts, each in an event of its own, that come in pieces of so many events. */
  function delivered(texts: readonly string[], eventsInPiece: number, client = new Client()) {
    const delivery = new Delivery(client, BOUND, PER_CHARACTER);
    const reader = open(delivery);
    reader.begin('text/event-stream');
    const progress: unknown[] = [];
    for (let at = 0; at < texts.length && !delivery.overrun; at += eventsInPiece) {
      const events = texts.slice(at, at + eventsInPiece).map((text) => `data: ${JSON.stringify(event(text))}\n\n`);
      progress.push(reader.data(Buffer.from(events.join(''))));
    }
    return { frames: client.written.join(''), text: delivery.deliveredText, overrun: delivery.overrun, writes: client.written, progress };
  }

  const ENDLESS = Array.from({ length: 400 }, (_, n) => `word ${n}, `);

  it('never lose what fits to the one that goes beyond the limit: the same is delivered however they are cut', () => {
    const oneByOne = delivered(ENDLESS, 1);
    expect(oneByOne.overrun).toBe(true);
    expect(oneByOne.text.length).toBeGreaterThan(BOUND);
    expect(oneByOne.text.length).toBeLessThan(MOST);
    for (const eventsInPiece of [2, 7, 150, 399, 400]) {
      const { frames, text, overrun } = delivered(ENDLESS, eventsInPiece);
      expect({ frames, text, overrun }).toEqual({ frames: oneByOne.frames, text: oneByOne.text, overrun: true });
    }
  });

  it('lose an event alone that is too much by itself', () => {
    const { text, overrun } = delivered(['one ', 'x'.repeat(MOST), 'never seen'], 3);
    expect([text, overrun]).toEqual(['one ', true]);
  });

  it('are written together where they cannot be too much, and go on to be after they were counted', () => {
    expect(delivered(ENDLESS.slice(0, 100), 100).writes).toHaveLength(1);
    const honest = delivered(Array<string>(2).fill('x'.repeat(950)), 2);
    expect([honest.overrun, honest.writes.length, honest.text.length]).toEqual([false, 1, 1_900]);
  });

  it('wait for a client that any of them made slow', () => {
    const client = new Client();
    client.slowAfter = 1;
    expect(delivered(['one ', 'x'.repeat(MOST)], 2, client).progress).toEqual(['slow']);
    expect(delivered(['one ', 'two '], 1).progress).toEqual(['more', 'more']);
  });
});
