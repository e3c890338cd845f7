import { CHANNEL_KEY, failureOf, OpenAiBench } from '../../../test/support/openai-bench';
import { ODD_USAGES, type Script } from '../../../test/support/script';

describe('the OpenAI upstream', () => {
  let bench: OpenAiBench;

  beforeAll(async () => {
    bench = await OpenAiBench.open();
  });

  afterAll(() => bench.close());

  describe('sending', () => {
    it('sends our own headers and nothing of the client, and the key of the channel alone', async () => {
      await bench.whole({ text: 'x' });
      const request = bench.provider.requests.at(-1)!;
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
      expect(request.path).toBe('/v1/chat/completions');
      expect(headers).toEqual({
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'tokens-forge',
        authorization: `Bearer ${CHANNEL_KEY}`,
        accept: 'application/json',
      });
      expect(request.body.model).toBe('theirs');
    });

    it('calls a key that is no header value a failure of the channel, without telling it', async () => {
      const result = await bench.start(null, { apiKey: 'line\nbreak' }).result;
      expect(failureOf(result)).toMatchObject({ kind: 'connect_failed', status: null });
      expect(failureOf(result)?.message).not.toContain('break');
    });
  });

  describe('whole answers', () => {
    it('gives the body as it came, with what it says', async () => {
      const result = await bench.whole({ text: 'one two three', cachedTokens: 1, reasoning: 'hm' });
      expect(result).toMatchObject({
        ok: true,
        answer: { kind: 'whole' },
        facts: {
          providerStatus: 200,
          reportedModel: 'theirs',
          outputText: 'one two threehm',
          usage: { inputTokens: 2, cachedInputTokens: 1, outputTokens: 4, reasoningTokens: 1 },
        },
      });
      expect(result.facts.upstreamRequestId).toMatch(/^up-/);
      expect(result.facts.firstByteMs).toBeGreaterThan(0);
    });

    it('keeps every byte of the body', async () => {
      const raw = '{ "choices":[ {"message":{"content":"é\\u00e9"}} ],\n "x":1.0e2, "usage":null }';
      expect(await bench.whole({ raw: [raw.slice(0, 30), raw.slice(30)] })).toMatchObject({ ok: true, answer: { text: raw } });
    });

    it('is JSON without the byte order mark that some put before it', async () => {
      const raw = '{"choices":[{"message":{"content":"x"}}]}';
      expect(await bench.whole({ raw: [`\ufeff${raw}`] })).toMatchObject({ ok: true, answer: { text: raw } });
    });

    it.each([
      ['is cut short', { endAfter: 0 }],
      ['is not UTF-8', { garble: 'utf8' }],
      ['is not JSON', { garble: 'json' }],
      ['is empty', { raw: [] }],
      ['is a list', { raw: ['[]'] }],
      ['has no choices', { raw: ['{"id":"x"}'] }],
      ['has nothing in it', { raw: ['{"choices":[]}'] }],
      ['is compressed unasked', { headers: { 'content-encoding': 'gzip' } }],
    ] satisfies [string, Script][])('that %s is malformed', async (_name, script) => {
      expect(failureOf(await bench.whole(script))).toMatchObject({ kind: 'malformed_answer', status: null });
    });

    it('takes an error inside a 200 for a failure, without what is secret in it', async () => {
      const error = { message: `no ${CHANNEL_KEY} at 127.0.0.1:${bench.provider.port}`, code: 502, type: 'limit' };
      const result = await bench.whole({ errorAfter: 0, error });
      expect(failureOf(result)).toEqual({ kind: 'provider_error', status: null, message: 'no … at …', code: '502', type: 'limit' });
    });

    it.each(['network_error', 'insufficient_system_resource'])(
      'takes the word of a provider that it broke off for a failure: %s',
      async (word) => {
        const raw = [`{"choices":[{"index":0,"message":{"content":"half"},"finish_reason":"${word}"}]}`];
        expect(failureOf(await bench.whole({ raw }))).toMatchObject({
          kind: 'provider_error',
          message: `The provider broke off in the middle of its answer: finish_reason "${word}".`,
        });
      },
    );

    it('tells the error that stands in the choice that broke off', async () => {
      const choice = { index: 0, message: { content: '' }, finish_reason: 'error', error: { code: 429, message: 'Upstream is busy' } };
      const failed = { kind: 'provider_error', status: 429, code: '429', message: 'Upstream is busy' };
      expect(failureOf(await bench.whole({ raw: [JSON.stringify({ choices: [choice] })] }))).toMatchObject(failed);
      expect(failureOf(await bench.stream({ raw: [`data: ${JSON.stringify({ choices: [choice] })}\n\n`] }))).toMatchObject(failed);
    });

    it('loses the connection, not the facts', async () => {
      const result = await bench.whole({ resetAfter: 1 });
      expect(failureOf(result)?.kind).toBe('connection_lost');
      expect(result.facts.providerStatus).toBe(200);
      expect(failureOf(await bench.whole({ resetAfter: -1 }))?.kind).toBe('connection_lost');
    });

    it('stops at 64 MiB', async () => {
      const raw = Array.from({ length: 66 }, () => Buffer.alloc(1024 * 1024, 0x20));
      expect(failureOf(await bench.whole({ raw }))?.kind).toBe('answer_too_large');
    });

    it.each(Object.keys(ODD_USAGES))('never takes %s usage for more than it is', async (name) => {
      const { facts } = await bench.start(null, { content: `hello there [[usage=${name}]]` }).result;
      if (['missing', 'null', 'negative', 'float', 'string', 'huge', 'list', 'then-broken'].includes(name))
        expect(facts.usage).toBeUndefined();
      else expect(facts.usage?.cachedInputTokens).toBeLessThanOrEqual(facts.usage?.inputTokens ?? -1);
    });
  });

  describe('refusals', () => {
    it.each([400, 401, 404, 429, 500, 503])('with %i keep status, message, code, type and what they name', async (status) => {
      const error = { message: 'Say less.', code: 'too_much', type: 'invalid', param: 'messages' };
      const expected = { kind: 'provider_error', status, ...error };
      expect(failureOf(await bench.whole({ status, error }))).toEqual(expected);
      expect(failureOf(await bench.stream({ status, error }))).toEqual(expected);
    });

    it('that are no JSON keep their text; error pages do not', async () => {
      expect(failureOf(await bench.whole({ status: 500, error: 'out of order' }))).toMatchObject({ message: 'out of order', code: null });
      const page = failureOf(await bench.whole({ status: 502, error: '<html>Bad gateway</html>' }));
      expect(page?.message).toBe('The provider reported an error without a message.');
    });

    it('name every fault that is told in a list, with its place', async () => {
      const detail = [
        { loc: ['body', 'messages', 0, 'role'], msg: 'Field required', type: 'missing' },
        { msg: 'Say less', type: 'value_error' },
      ];
      const refused = await bench.whole({ status: 422, error: JSON.stringify({ detail }) });
      expect(failureOf(refused)?.message).toBe('body.messages.0.role: Field required; Say less');
    });

    it('read at most 64 KiB and tell at most 500 characters', async () => {
      const failure = failureOf(await bench.whole({ status: 500, error: 'x'.repeat(1_000_000) }));
      expect(failure).toMatchObject({ kind: 'provider_error', status: 500 });
      expect(failure?.message).toHaveLength(500);
    });

    it('that redirect are not followed', async () => {
      const served = bench.provider.requests.length;
      const result = await bench.whole({ status: 302, headers: { location: `${bench.provider.baseUrl}/elsewhere` } });
      expect(failureOf(result)).toMatchObject({ kind: 'provider_error', status: null });
      expect(result.facts.providerStatus).toBe(302);
      expect(bench.provider.requests).toHaveLength(served + 1);
    });
  });
});
