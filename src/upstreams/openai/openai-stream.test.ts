import { failureOf, OpenAiBench, Taker } from '../../../test/support/openai-bench';
import type { Script } from '../../../test/support/script';

describe('the OpenAI upstream', () => {
  let bench: OpenAiBench;

  beforeAll(async () => {
    bench = await OpenAiBench.open();
  });

  afterAll(() => bench.close());

  describe('streams', () => {
    it('hand on every event but usage and the end marker', async () => {
      const taker = new Taker();
      const result = await bench.stream({ text: 'one two three' }, taker);
      const events = taker.frames.split('\n\n').slice(0, -1);
      expect(taker.text).toBe('one two three');
      expect(events).toHaveLength(5);
      expect(taker.frames).not.toMatch(/DONE|usage/);
      expect(result).toMatchObject({
        ok: true,
        answer: {
          kind: 'stream',
          usageChunk: { choices: [], usage: { completion_tokens: 3 } },
          head: { model: 'theirs', created: 1_700_000_000 },
        },
        facts: { outputText: 'one two three', reportedModel: 'theirs', usage: { outputTokens: 3 } },
      });
      expect(bench.provider.requests.at(-1)?.body.stream_options).toEqual({ include_usage: true });
    });

    it('keep reasoning and tool calls in the output text', async () => {
      const result = await bench.stream({ reasoning: 'let me see', toolCalls: [{ name: 'f', arguments: '{"a":"b"}' }] });
      expect(result.facts.outputText).toBe('let me seef{"a":"b"}');
    });

    it('survive any cut of the bytes, multi-byte characters and line ends included', async () => {
      const chunk = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":null}]}`;
      const bytes = Buffer.from(`\ufeff: hi\r\n\r\nevent: x\r\nid: 7\r\n${chunk('€😀')}\r\n\r\n${chunk('ß')}\n\ndata: [DONE]\n\n`);
      const taker = new Taker();
      const result = await bench.stream({ raw: Array.from(bytes, (byte) => Buffer.from([byte])) }, taker);
      expect(result.ok).toBe(true);
      expect(taker.text).toBe('€😀ß');
      expect(taker.frames).toBe(`event: x\nid: 7\n${chunk('€😀')}\n\n${chunk('ß')}\n\n`);
    });

    it('lose nothing behind a byte order mark, wherever it is cut', async () => {
      const event = 'data: {"choices":[{"index":0,"delta":{"content":"first"}}]}\n\n';
      const bytes = Buffer.from(`\ufeff${event}data: [DONE]\n\n`);
      for (const cut of [1, 2, 3]) {
        const taker = new Taker();
        await bench.stream({ raw: [bytes.subarray(0, cut), bytes.subarray(cut)] }, taker);
        expect(taker.frames).toBe(event);
      }
    });

    it('hide a usage that comes with choices, and keep it', async () => {
      const taker = new Taker();
      const result = await bench.stream({ text: 'a b', usageWithChoices: true }, taker);
      expect(taker.frames).toContain('"usage":null');
      expect(taker.frames).not.toContain('prompt_tokens');
      expect(result).toMatchObject({ ok: true, answer: { usageChunk: null }, facts: { usage: { outputTokens: 2 } } });
    });

    it('have no usage when more output came behind the last one, unless they broke off', async () => {
      const early = { prompt_tokens: 9, completion_tokens: 1 };
      const event = (content: string, more: object) =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }], ...more })}\n\n`;
      const begun = [event('Once', { usage: early }), event(' upon a', {}), event(' time', {})];
      const whole = await bench.stream({ raw: [...begun, 'data: [DONE]\n\n'] });
      expect(whole).toMatchObject({ ok: true, answer: { usageChunk: null }, facts: { outputText: 'Once upon a time' } });
      expect(whole.facts.usage).toBeUndefined();
      const broken = await bench.stream({ raw: begun });
      expect(broken).toMatchObject({ ok: false, facts: { usage: { outputTokens: 1 } } });
    });

    it.each([
      ['beside the chunk, as Groq tells it', {}, { x_groq: { id: 'req_1', usage: { prompt_tokens: 9, completion_tokens: 2 } } }],
      ['in the choice that ends, as Moonshot tells it', { usage: { prompt_tokens: 9, completion_tokens: 2, cached_tokens: 3 } }, {}],
    ])('have the usage that stands %s', async (_where, choice, more) => {
      const event = (each: object, beside: object) =>
        `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, ...each }], ...beside })}\n\n`;
      const raw = [
        event({ delta: { content: 'hi' } }, {}),
        event({ delta: {}, finish_reason: 'stop', ...choice }, more),
        'data: [DONE]\n\n',
      ];
      const ended = await bench.stream({ raw });
      expect(ended).toMatchObject({ ok: true, answer: { usageChunk: null }, facts: { usage: { inputTokens: 9, outputTokens: 2 } } });
    });

    it('fail with the word of Groq for a stream that it stopped early', async () => {
      const raw = ['data: {"choices":[{"index":0,"delta":{"content":"hi"}}],"x_groq":{"error":"over capacity"}}\n\ndata: [DONE]\n\n'];
      expect(failureOf(await bench.stream({ raw }))).toMatchObject({ kind: 'provider_error', message: 'over capacity' });
    });

    it('are whole once every choice has ended, whatever comes for one of them behind that', async () => {
      const ended = 'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n';
      const behind =
        'data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":1}}\n\n';
      expect(await bench.stream({ raw: [ended, behind] })).toMatchObject({ ok: true, facts: { usage: { outputTokens: 1 } } });
    });

    it('pass a usage of null untouched', async () => {
      const event = 'data: {"choices":[{"index":0,"delta":{}}],"usage":null,"x":1.0}\n\n';
      const taker = new Taker();
      await bench.stream({ raw: [event, 'data: [DONE]\n\n'] }, taker);
      expect(taker.frames).toBe(event);
    });

    it.each(['twice', 'growing', 'decreasing', 'then-broken'])('keep the largest usage when it comes %s', async (name) => {
      const taker = new Taker();
      const { result } = bench.start(null, { stream: true, taker, content: `a b [[usage=${name}]]` });
      const ended = await result;
      expect(ended.facts.usage?.outputTokens).toBe(bench.provider.served.at(-1)?.completionTokens);
      expect(ended).toMatchObject({ ok: true, answer: { usageChunk: { usage: { completion_tokens: ended.facts.usage?.outputTokens } } } });
      expect(taker.frames).not.toContain('prompt_tokens');
    });

    it.each(['missing', 'negative', 'string', 'huge'])('have no usage when it is %s', async (name) => {
      const result = await bench.start(null, { stream: true, content: `a b [[usage=${name}]]` }).result;
      expect(result).toMatchObject({ ok: true, answer: { usageChunk: null } });
      expect(result.facts.usage).toBeUndefined();
    });

    it('go on over a member for errors that holds none, as some say it in every chunk', async () => {
      for (const none of [null, '', false, {}, [], { code: null, message: '' }]) {
        const event = (choice: object) => `data: ${JSON.stringify({ error: none, choices: [{ index: 0, ...choice }] })}\n\n`;
        const raw = [event({ delta: { content: 'hi' } }), event({ delta: {}, finish_reason: 'stop' }), 'data: [DONE]\n\n'];
        expect(await bench.stream({ raw })).toMatchObject({ ok: true, facts: { outputText: 'hi' } });
      }
    });

    it('are never whole behind an error in a field of its own, as llama.cpp sends it before the end marker', async () => {
      const told = 'error: {"code":500,"message":"Context size has been exceeded.","type":"server_error"}\n\ndata: [DONE]\n\n';
      const begun = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
      for (const [raw, outputText] of [
        [[told], ''],
        [[begun + told], 'hi'],
        [[begun, told], 'hi'],
      ] as const) {
        const ended = await bench.stream({ raw });
        expect(ended).toMatchObject({ ok: false, facts: { outputText } });
        expect(failureOf(ended)).toMatchObject({ kind: 'provider_error', message: 'Context size has been exceeded.', code: '500' });
      }
    });

    it('fail in the words of an error that comes in place of events, under their name', async () => {
      const body = JSON.stringify({ error: { message: 'Slow down', code: 429 } }, null, 2);
      for (const raw of [[body], [`\n ${body}\n`], [body.slice(0, 1), body.slice(1)], ['\n', body]]) {
        const ended = await bench.stream({ raw, headers: { 'content-type': 'text/event-stream' } });
        expect(failureOf(ended)).toMatchObject({ kind: 'provider_error', status: 429, message: 'Slow down' });
      }
    });

    it('are complete without an end marker when every choice has finished, and lost otherwise', async () => {
      expect((await bench.stream({ text: 'a b', noDone: true })).ok).toBe(true);
      expect(failureOf(await bench.stream({ text: 'a b c', endAfter: 2 }))?.kind).toBe('connection_lost');
      expect((await bench.stream({ raw: ['data: {"choices":[{"index":0,"delta":{}}]}\n\ndata: [DONE]'] })).ok).toBe(true);
    });

    it.each([
      ['reset', { resetAfter: 3 }, 'connection_lost'],
      ['broken by an error event', { errorAfter: 3, error: { message: 'overloaded', code: 'busy' } }, 'provider_error'],
      [
        'that end in the middle of an event',
        { raw: ['data: {"choices":[{"index":0,"delta":{"content":"a b "}}]}\n\ndata: {"cho'] },
        'connection_lost',
      ],
    ] satisfies [string, Script, string][])('%s keep what had arrived', async (_name, script, kind) => {
      const taker = new Taker();
      const result = await bench.stream({ text: 'a b c d e', ...script }, taker);
      expect(failureOf(result)?.kind).toBe(kind);
      expect(taker.text).toBe('a b ');
      expect(result.facts).toMatchObject({ outputText: 'a b ', providerStatus: 200 });
    });

    it.each([
      ['bytes that are not UTF-8', { garble: 'utf8' }, 'malformed_answer'],
      ['an event that is not JSON', { garble: 'json' }, 'malformed_answer'],
      ['a JSON body', { raw: ['{"choices":[]}'], headers: { 'content-type': 'application/json' } }, 'malformed_answer'],
      ['a JSON error', { raw: ['{"error":{"message":"no"}}'], headers: { 'content-type': 'application/json' } }, 'provider_error'],
      ['an event that is an error', { raw: ['event: error\ndata: {"message":"no"}\n\n'] }, 'provider_error'],
      ['an end marker alone', { raw: ['data: [DONE]\n\n'] }, 'malformed_answer'],
      ['a page', { raw: ['<html>'], headers: { 'content-type': 'text/html' } }, 'malformed_answer'],
      ['an event of 9 MiB', { raw: ['data: ', ...Array.from({ length: 9 }, () => 'x'.repeat(1024 * 1024))] }, 'answer_too_large'],
    ] satisfies [string, Script, string][])('fail on %s', async (_name, script, kind) => {
      expect(failureOf(await bench.stream(script))?.kind).toBe(kind);
    });

    it('wait for a slow client', async () => {
      const taker = new Taker();
      let release: () => void = () => undefined;
      taker.ready = new Promise((resolve) => {
        release = resolve;
      });
      const firstCall = new Promise<void>((resolve) => {
        taker.onReceive = resolve;
      });
      const slow = bench.start({ tokens: 5_000 }, { stream: true, taker });
      await firstCall;
      // The rest has long been sent, and would be here after a few turns of the event loop.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      expect(bench.provider.served.at(-1)?.pieces).toBeGreaterThan(1_000);
      expect(taker.calls).toHaveLength(1);
      taker.ready = null;
      release();
      expect((await slow.result).ok).toBe(true);
      expect(taker.text.split(' ')).toHaveLength(5_001);
    });
  });
});
