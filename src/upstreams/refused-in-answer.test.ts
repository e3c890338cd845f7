import { aChannel } from '../../test/support/catalog-builders';
import { failureOf, OpenAiBench, Taker } from '../../test/support/openai-bench';
import { failureClassOf } from '../attempts/failure-classes';
import { providerError } from './provider-error';

/** As MiniMax sends it. */
const refused = (code: number, words: string, more: object = {}) =>
  JSON.stringify({
    id: '06f9a053',
    choices: null,
    model: 'MiniMax-M2',
    object: 'chat.completion',
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    base_resp: { status_code: code, status_msg: words },
    ...more,
  });

describe('a refusal that comes with status 200', () => {
  let bench: OpenAiBench;

  beforeAll(async () => {
    bench = await OpenAiBench.open();
  });

  afterAll(() => bench.close());

  it.each([
    [1002, 'rate limit', 429, '1002', 'next'],
    [1039, 'token limit', 429, '1039', 'next'],
    [2056, 'usage limit exceeded', 429, '2056', 'next'],
    [1004, 'not authorized', 401, '1004', 'next'],
    [2049, 'invalid api key', 401, '2049', 'next'],
    [1008, 'insufficient balance', 402, '1008', 'next'],
    [2061, 'your current token plan not support model', 403, 'model_not_found', 'next'],
    [1026, 'input new_sensitive', 400, 'content_filter', 'stop'],
    [1027, 'output new_sensitive', 400, 'content_filter', 'stop'],
    [2013, 'invalid params', 400, '2013', 'stop'],
    [1033, 'system error', null, '1033', 'same'],
    [9999, '', null, '9999', 'same'],
  ])('is one, and is followed by what its code means: %i', async (told, words, status, code, next) => {
    const body = refused(told, words);
    const said = { kind: 'provider_error', status, code, message: `${words || 'The provider refused the request.'} (${told})` };
    const type = { 'content-type': 'application/json' };
    for (const ended of [
      await bench.whole({ raw: [body] }),
      await bench.whole({ raw: [refused(told, words, { choices: [] })] }),
      await bench.stream({ raw: [body], headers: type }),
      await bench.stream({ raw: [`data: ${body}\n\ndata: [DONE]\n\n`] }),
    ]) {
      expect(failureOf(ended)).toMatchObject(said);
      expect(failureClassOf(failureOf(ended)!).next).toBe(next);
    }
  });

  it('leaves an answer alone that says that nothing is wrong, or has something to say all the same', async () => {
    const choices = [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }];
    expect(await bench.whole({ raw: [refused(0, 'success', { choices })] })).toMatchObject({ ok: true, facts: { outputText: 'hi' } });
    expect(await bench.whole({ raw: [refused(1027, 'x', { choices })] })).toMatchObject({ ok: true, facts: { outputText: 'hi' } });
  });

  it('is one where an error stands beside a usage and no choice, or says that nothing succeeded', async () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const none = await bench.whole({ raw: [JSON.stringify({ choices: [], usage, error: { message: 'Overloaded', code: 502 } })] });
    expect(failureOf(none)).toMatchObject({ kind: 'provider_error', status: null, code: '502', message: 'Overloaded' });
    const absent = JSON.stringify({ code: 500, msg: '404 NOT_FOUND', success: false });
    for (const ended of [await bench.whole({ raw: [absent] }), await bench.stream({ raw: [`data: ${absent}\n\n`] })]) {
      expect(failureOf(ended)).toMatchObject({ kind: 'provider_error', status: null, code: '500', message: '404 NOT_FOUND' });
    }
  });

  it('in the middle of a stream keeps what had arrived', async () => {
    const taker = new Taker();
    const begun = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
    const ended = await bench.stream({ raw: [`${begun}data: ${refused(1027, 'output new_sensitive')}\n\n`] }, taker);
    expect(failureOf(ended)).toMatchObject({ code: 'content_filter', atFault: 'request' });
    expect([taker.text, ended.facts.outputText]).toEqual(['hi', 'hi']);
  });

  it.each([
    [401, 401],
    ['402', 402],
    [429, 429],
    [400, null],
    [502, null],
    ['rate_limit', null],
  ])('is one of our own account or rate where the error tells that status: %j', (code, status) => {
    expect(providerError({ code, message: 'x' }, aChannel('c'))).toMatchObject({ status, code: String(code) });
  });

  it('blames the request for a prompt that was flagged, as it does where HTTP tells it', () => {
    const flagged = { code: 403, message: 'flagged', metadata: { reasons: ['violence'], flagged_input: 'x' } };
    expect(providerError(flagged, aChannel('c'))).toMatchObject({ status: 403, atFault: 'request' });
  });
});
