import type { Dispatcher } from 'undici';
import { systemClock } from '../kernel/clock';
import { type AnswerReader, HttpExchange } from './http-exchange';

const CONTROLLER = { pause: () => undefined, resume: () => undefined, abort: () => undefined } as unknown as Dispatcher.DispatchController;
const TIMEOUTS = { connectMs: 1_000, firstByteMs: 20, idleMs: 20, totalMs: 1_000 };
const brokenBy = (): never => {
  throw new RangeError('Maximum call stack size exceeded');
};
const KNOWN = { reportedModel: null, usage: undefined, outputText: '' };
const BROKEN: AnswerReader = {
  ...{ begin: () => undefined, data: () => 'more', whenReady: async () => undefined, end: () => undefined, refusal: brokenBy },
  ...{ begun: false, known: KNOWN },
};

/** An exchange whose provider answers so: with a status, and then as `more` says. */
function exchange(reader: AnswerReader, status: number, more: (handler: Dispatcher.DispatchHandler) => void) {
  const dispatcher = {
    dispatch(_options: unknown, handler: Dispatcher.DispatchHandler) {
      handler.onRequestStart?.(CONTROLLER, {});
      handler.onResponseStart?.(CONTROLLER, status, {});
      more(handler);
      return true;
    },
  } as unknown as Dispatcher;
  const request = { dispatcher, origin: 'http://x.example', path: '/', headers: [], body: '', timeouts: TIMEOUTS, secret: '' };
  return new HttpExchange(request, reader, systemClock).result;
}

describe('what nobody can read of an answer', () => {
  const BODY = Buffer.from('{}');

  it('is malformed, in its middle, at its end and where it is lost', async () => {
    const failure = { kind: 'malformed_answer', status: null };
    const inTheMiddle = exchange({ ...BROKEN, data: brokenBy }, 200, (handler) => handler.onResponseData?.(CONTROLLER, BODY));
    expect(await inTheMiddle).toMatchObject({ ok: false, failure });
    const atItsEnd = exchange({ ...BROKEN, end: brokenBy }, 200, (handler) => handler.onResponseEnd?.(CONTROLLER, {}));
    expect(await atItsEnd).toMatchObject({ ok: false, failure });
    const lost = exchange({ ...BROKEN, end: brokenBy }, 200, (handler) => handler.onResponseError?.(CONTROLLER, new Error('reset')));
    expect(await lost).toMatchObject({ ok: false, failure });
  });

  it('of a refusal leaves its status, whether its body ends or its provider falls silent', async () => {
    const failure = { kind: 'provider_error', status: 422, message: 'The answer of the provider could not be read.' };
    const ended = exchange(BROKEN, 422, (handler) => {
      handler.onResponseData?.(CONTROLLER, BODY);
      handler.onResponseEnd?.(CONTROLLER, {});
    });
    expect(await ended).toMatchObject({ ok: false, failure });
    expect(await exchange(BROKEN, 422, (handler) => handler.onResponseData?.(CONTROLLER, BODY))).toMatchObject({ ok: false, failure });
  });
});
