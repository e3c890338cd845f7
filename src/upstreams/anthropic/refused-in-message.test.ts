import { aChannel } from '../../../test/support/catalog-builders';
import { Taker } from '../../../test/support/openai-bench';
import { failureClassOf } from '../../attempts/failure-classes';
import type { AttemptFailure } from '../../attempts/upstream';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import type { AnswerReader, Ending } from '../http-exchange';
import { WholeAnswerReader } from '../whole-answer';
import { understoodCount } from './count';
import { decodeMessage, MessageStreamDecoder } from './decode';
import { NativeEvents } from './native-events';

const channel = aChannel('c');

function fed(reader: AnswerReader, body: string, type: string): Ending | undefined {
  reader.begin(type);
  const progress = reader.data(Buffer.from(body));
  return typeof progress === 'object' ? progress : reader.end(false);
}

const whole = (body: object) =>
  fed(new WholeAnswerReader(channel, new Taker(), (json) => understood(decodeMessage(json))), JSON.stringify(body), 'application/json');

function stream(events: string, type = 'text/event-stream') {
  const taker = new Taker();
  const reader = new EventAnswerReader(channel, taker, new MessageStreamDecoder(channel), new NativeEvents());
  return { ending: fed(reader, events, type), taker };
}

const frame = (data: object, name?: string) => `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;

function failureOf(ending: Ending | undefined): AttemptFailure | undefined {
  return ending === undefined || ending.ok ? undefined : ending.failure;
}

/** As MiniMax's messages end. */
const base = (code: number, words: string) => ({ base_resp: { status_code: code, status_msg: words } });
const EMPTY = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'MiniMax-M2',
  content: [],
  usage: { input_tokens: 0, output_tokens: 0 },
};
const SAID = { ...EMPTY, content: [{ type: 'text', text: 'hi' }], stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 1 } };
const BEGUN = [
  frame({ type: 'message_start', message: { ...EMPTY, stop_reason: null } }, 'message_start'),
  frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } }, 'content_block_delta'),
].join('');

describe('a refusal of messages that comes with status 200', () => {
  it.each([
    [1002, 'rate limit', 429, '1002', 'next'],
    [1004, 'login fail', 401, '1004', 'next'],
    [1008, 'insufficient balance', 402, '1008', 'next'],
    [2061, 'your current token plan not support model', 403, 'model_not_found', 'next'],
    [1026, 'input new_sensitive', 400, 'content_filter', 'stop'],
    [1033, 'system error', null, '1033', 'same'],
  ])(
    'is one wherever it stands, gives the client nothing, and is followed by what its code means: %i',
    (told, words, status, code, next) => {
      const refusal = base(told, words);
      const streams = [
        stream(JSON.stringify(refusal), 'application/json'),
        stream(frame(refusal)),
        stream(frame({ type: 'error', ...refusal }, 'error')),
        stream(frame({ type: 'message_start', message: { ...EMPTY, ...refusal } }, 'message_start')),
        stream(frame({ type: 'message_start', message: EMPTY, ...refusal }, 'message_start')),
      ];
      const endings = [whole(refusal), whole({ ...EMPTY, ...refusal }), whole({ ...EMPTY, content: null, ...refusal })];
      for (const ending of [...endings, ...streams.map((each) => each.ending)]) {
        const failure = failureOf(ending);
        expect(failure).toMatchObject({ kind: 'provider_error', status, code, message: `${words} (${told})` });
        expect(failureClassOf(failure!).next).toBe(next);
      }
      for (const { taker } of streams) expect(taker.frames).toBe('');
    },
  );

  it('is one of a count of tokens too', () => {
    const counted = fed(
      new WholeAnswerReader(channel, new Taker(), understoodCount),
      JSON.stringify({ input_tokens: 0, ...base(1004, 'x') }),
      'application/json',
    );
    expect(failureOf(counted)).toMatchObject({ status: 401 });
  });

  it('in the middle of a stream keeps what had arrived, and is not handed on', () => {
    const end = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 1 },
      ...base(1027, 'output new_sensitive'),
    };
    for (const last of [frame(end, 'message_delta'), frame(base(1027, 'output new_sensitive'))]) {
      const { ending, taker } = stream(BEGUN + last);
      expect(failureOf(ending)).toMatchObject({ code: 'content_filter', atFault: 'request' });
      expect([taker.text, taker.frames]).toEqual(['hi', BEGUN]);
    }
  });

  it('leaves a message alone that says that nothing is wrong, or has something to say all the same', () => {
    for (const code of [0, 1027]) expect(whole({ ...SAID, ...base(code, '') })).toMatchObject({ ok: true });
    const fine = base(0, 'success');
    const { ending } = stream(
      frame({ type: 'message_start', message: { ...EMPTY, ...fine } }) +
        frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 }, ...fine }) +
        frame({ type: 'message_stop', ...fine }),
    );
    expect(ending).toMatchObject({ ok: true });
  });
});

describe('an error in place of a message, with status 200', () => {
  const overloaded = { type: 'overloaded_error', message: 'Overloaded' };

  it.each([
    ['as Anthropic tells it', { type: 'error', error: overloaded }, 'error'],
    ['without its type', { error: overloaded }, undefined],
    ['under the name of the event alone', overloaded, 'error'],
    ['without an error member', { ...overloaded, type: 'error' }, 'error'],
  ])('is one %s, and is not handed on', (_how, data, name) => {
    const { ending, taker } = stream(frame(data, name));
    expect(failureOf(ending)).toMatchObject({ kind: 'provider_error', message: 'Overloaded' });
    expect(taker.frames).toBe('');
  });

  it('is one behind pings, which give the client nothing before the message has begun', () => {
    const ping = frame({ type: 'ping' }, 'ping');
    const { ending, taker } = stream(ping + ping + frame({ type: 'error', error: overloaded }, 'error'));
    expect([failureOf(ending)?.message, taker.frames]).toEqual(['Overloaded', '']);
    expect(stream(ping + BEGUN + ping).taker.frames).toBe(BEGUN + ping);
  });

  it('is one beside a message that says nothing', () => {
    expect(failureOf(whole({ ...EMPTY, error: overloaded }))).toMatchObject({ kind: 'provider_error', message: 'Overloaded' });
    expect(whole({ ...SAID, error: null })).toMatchObject({ ok: true });
  });

  it('is one as the servers of Zhipu tell a path that they do not have, or a secret that they refuse', () => {
    const absent = { code: 500, msg: '404 NOT_FOUND', success: false };
    for (const ending of [whole(absent), stream(JSON.stringify(absent), 'application/json').ending, stream(frame(absent)).ending]) {
      expect(failureOf(ending)).toMatchObject({ kind: 'provider_error', status: null, code: '500', message: '404 NOT_FOUND' });
    }
    expect(failureOf(whole({ code: 401, msg: 'token expired or incorrect', success: false }))).toMatchObject({ status: 401 });
  });

  it('never makes an empty message of what says neither why it ended nor what it used', () => {
    expect(failureOf(whole({ type: 'message', content: [] }))).toMatchObject({ kind: 'malformed_answer' });
    expect(whole({ ...EMPTY, stop_reason: 'end_turn' })).toMatchObject({ ok: true });
  });
});
