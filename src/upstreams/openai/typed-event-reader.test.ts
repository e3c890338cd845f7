import { Taker } from '../../../test/support/openai-bench';
import { failureClassOf } from '../../attempts/failure-classes';
import type { Channel } from '../../routing/catalog';
import type { Ending } from '../http-exchange';
import { transcriptions } from './endpoints/transcriptions';
import { RESPONSE_EVENTS } from './response-stream';
import { TypedEventReader } from './typed-event-reader';

const channel = { apiKey: 'sk-secret', baseUrl: 'https://api.example/v1' } as Channel;

const fed = (reader: { begin(type: string): void; data(chunk: Buffer): unknown }, ...events: object[]) => {
  reader.begin('text/event-stream');
  for (const event of events) reader.data(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
};

const item = { type: 'message', content: [{ type: 'output_text', text: 'Once upon a time' }] };
const completed = { type: 'response.completed', response: { status: 'completed', output: [item] } };
const delta = (text: string) => ({ type: 'response.output_text.delta', delta: text });

describe('the output text of a stream of typed events', () => {
  it('is what its last event says where nothing came before it, so that it can be counted', () => {
    const response = new TypedEventReader(channel, new Taker(), RESPONSE_EVENTS);
    fed(response, { type: 'response.created' }, completed);
    expect(response.known).toMatchObject({ outputText: 'Once upon a time', usage: undefined });
    const transcript = transcriptions.readStream?.(channel, new Taker(), { body: { text: '', json: {} } } as never);
    if (!(transcript instanceof TypedEventReader)) throw new Error('a transcription has typed events');
    fed(transcript, { type: 'transcript.text.done', text: 'so it goes' });
    expect(transcript.known.outputText).toBe('so it goes');
  });

  it('is what was streamed where there was anything, once', () => {
    const response = new TypedEventReader(channel, new Taker(), RESPONSE_EVENTS);
    fed(response, delta('Once upon'), delta(' a time'), completed);
    expect(response.known.outputText).toBe('Once upon a time');
  });
});

describe('an error among typed events', () => {
  it.each([
    ['by its name', 'event: error\ndata: {"type":"server_error","message":"It broke."}\n\n'],
    ['by its type', 'data: {"type":"error","code":"server_error","message":"It broke."}\n\n'],
    ['by its member', 'data: {"error":{"type":"server_error","message":"It broke."}}\n\n'],
    ['by its field', 'error: {"type":"server_error","message":"It broke."}\n\n'],
  ])('ends the answer, and is not handed on: told %s', (_how, event) => {
    const taker = new Taker();
    const response = new TypedEventReader(channel, taker, RESPONSE_EVENTS);
    response.begin('text/event-stream');
    expect(response.data(Buffer.from(event))).toMatchObject({ ok: false, failure: { kind: 'provider_error', message: 'It broke.' } });
    expect(taker.frames).toBe('');
  });
});

describe('what opens a response', () => {
  const opening = [
    { type: 'response.created', response: { status: 'in_progress' } },
    { type: 'response.in_progress', response: { status: 'in_progress' } },
  ];
  const typesIn = (frames: string) => frames.match(/(?<="type":")response\.[a-z_.]+/g) ?? [];

  it.each([
    [delta('Once'), 'response.output_text.delta'],
    [{ type: 'response.output_item.added', item: { type: 'reasoning' } }, 'response.output_item.added'],
  ])('is handed on with the first event that says something, and before it', (first, type) => {
    const taker = new Taker();
    const response = new TypedEventReader(channel, taker, RESPONSE_EVENTS);
    fed(response, ...opening);
    expect(taker.frames).toBe('');
    fed(response, first);
    expect(typesIn(taker.frames)).toEqual(['response.created', 'response.in_progress', type]);
  });

  it('is handed on where nothing follows but the end', () => {
    const taker = new Taker();
    fed(new TypedEventReader(channel, taker, RESPONSE_EVENTS), ...opening, completed);
    expect(typesIn(taker.frames)).toEqual(['response.created', 'response.in_progress']);
  });

  /** As OpenAI tells it: an error with a member, and then the response that failed. */
  it.each([
    ['context_length_exceeded', 400, 'stop', 'request'],
    ['invalid_prompt', 400, 'stop', 'request'],
    ['invalid_base64_image', 400, 'stop', 'request'],
    ['rate_limit_exceeded', 429, 'next', undefined],
    ['insufficient_quota', 429, 'next', undefined],
    ['server_error', null, 'same', undefined],
  ])('keeps nothing else from being tried where a failure follows, which is what its code says: %s', (code, status, next, atFault) => {
    const error = { code, message: 'No.', type: 'invalid_request_error', param: 'input' };
    for (const failed of [
      { type: 'error', sequence_number: 2, error },
      { type: 'response.failed', response: { status: 'failed', error: { code, message: 'No.' } } },
    ]) {
      const taker = new Taker();
      const response = new TypedEventReader(channel, taker, RESPONSE_EVENTS);
      fed(response, ...opening);
      const ended = response.data(Buffer.from(`data: ${JSON.stringify(failed)}\n\n`)) as Extract<Ending, { ok: false }>;
      expect(ended.failure).toMatchObject({ status, code, message: 'No.' });
      expect([failureClassOf(ended.failure).next, ended.failure.atFault, taker.frames]).toEqual([next, atFault, '']);
    }
  });
});
