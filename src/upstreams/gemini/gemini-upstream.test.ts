import { aChannel } from '../../../test/support/catalog-builders';
import { geminiText } from '../../../test/support/gemini-fixtures';
import { jsonBody } from '../../../test/support/json-body';
import { failureOf, Taker } from '../../../test/support/openai-bench';
import type { Script } from '../../../test/support/script';
import { type ScriptedUpstream, startScriptedUpstream } from '../../../test/support/scripted-upstream';
import type { UpstreamCall } from '../../attempts/upstream';
import { systemClock } from '../../kernel/clock';
import { createHttpClient } from '../http-client';
import { createGeminiUpstream } from './gemini-upstream';

const TIMEOUTS = { connectMs: 2_000, firstByteMs: 5_000, idleMs: 5_000, totalMs: 20_000 };
const SAID =
  'data: {"candidates":[{"content":{"parts":[{"text":"Hello"}]}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":9}}\r\n\r\n';
const END = 'data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}}';

describe('the Gemini upstream', () => {
  let provider: ScriptedUpstream;
  const http = createHttpClient({ allowPrivate: true });
  const upstream = createGeminiUpstream({ dispatcherFor: http.dispatcherFor, clock: systemClock });
  const start = (script: Script, taker: Taker, more: Partial<UpstreamCall> = {}) => {
    provider.next(script);
    const json = { model: 'mine', messages: [{ role: 'user', content: 'hello there' }] };
    const baseUrl = `http://127.0.0.1:${provider.port}/v1beta`;
    const channel = aChannel('g', { protocol: 'gemini', baseUrl, apiKey: 'upstream-secret', timeouts: TIMEOUTS });
    const body = jsonBody(JSON.stringify(json));
    const call = {
      operation: 'chat' as const,
      channel,
      upstreamModel: 'gemini-3-flash',
      body,
      stream: true,
      outputLimit: null,
      outputBound: 100,
    };
    return upstream.send({ ...call, ...more }, taker);
  };
  const stream = (raw: readonly (string | Buffer)[], taker = new Taker()) => start({ raw }, taker).result;

  beforeAll(async () => {
    provider = await startScriptedUpstream();
  });

  afterAll(async () => {
    await http.close();
    await provider.close();
  });

  it('hands the events of its documentation on as they come, in the frames of the client', async () => {
    const taker = new Taker();
    const result = await stream([geminiText('stream.sse')], taker);
    expect(taker.text).toBe('**Plan**Helloweather{"city":"Paris"}');
    expect(result.facts).toMatchObject({
      upstreamRequestId: 's1',
      reportedModel: 'gemini-3-flash-001',
      usage: { inputTokens: 9, outputTokens: 28, reasoningTokens: 20 },
    });
    expect(taker.frames).toContain('"delta":{"content":"Hello"}');
    expect(taker.frames).not.toMatch(/usage|\[DONE\]/);
  });

  it('understands events however the network cuts them', async () => {
    const bytes = Buffer.from(geminiText('stream.sse'));
    const taker = new Taker();
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7));
    expect((await stream(pieces, taker)).ok).toBe(true);
    expect(taker.text).toBe('**Plan**Helloweather{"city":"Paris"}');
  });

  it('is complete once it said why it stopped, also without an empty line behind it', async () => {
    expect((await stream([SAID, END])).ok).toBe(true);
  });

  it('never lets a later, smaller count lower an earlier one', async () => {
    const result = await stream([SAID, `${END}\r\n\r\n`]);
    expect(result.facts.usage).toMatchObject({ inputTokens: 3, outputTokens: 9 });
  });

  it.each([
    ['ends before it said why', 'connection_lost', [SAID]],
    ['holds what is no JSON', 'malformed_answer', [SAID, 'data: {"candidates":[\r\n\r\n', END]],
    ['holds what is no UTF-8', 'malformed_answer', [SAID, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a])]],
    [
      'tells an error in its middle',
      'provider_error',
      [SAID, 'data: {"error":{"code":503,"message":"Overloaded.","status":"UNAVAILABLE"}}\r\n\r\n'],
    ],
    [
      'ends in a call that cannot be read',
      'provider_error',
      [SAID, 'data: {"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}\r\n\r\n'],
    ],
    ['says nothing', 'connection_lost', ['\r\n']],
  ] as const)('fails when a stream %s, and keeps what had come', async (_what, kind, raw) => {
    const taker = new Taker();
    const result = await stream(raw, taker);
    expect(failureOf(result)).toMatchObject({ kind, status: null });
    expect(result.facts.outputText).toBe((raw as readonly unknown[]).includes(SAID) ? 'Hello' : '');
    expect(taker.text).toBe(result.facts.outputText);
  });

  it('closes the connection when it is cut', async () => {
    const taker = new Taker();
    const opened = new Promise<void>(() => undefined);
    const exchange = start({ text: 'one two three', gate: { before: 'rest', opened } }, taker);
    taker.onReceive = () => exchange.cut();
    expect(failureOf(await exchange.result)).toMatchObject({ kind: 'cut' });
    const served = provider.served.at(-1)!;
    await provider.until(() => served.closed);
    expect(served.completed).toBe(false);
  });

  it('keeps the names of models of one’s own', async () => {
    await start({ text: 'x' }, new Taker(), { upstreamModel: 'tunedModels/my model' }).result;
    expect(provider.requests.at(-1)?.path).toBe('/v1beta/tunedModels/my%20model:streamGenerateContent?alt=sse');
    await start({ text: 'x' }, new Taker(), { stream: false }).result;
    expect(provider.requests.at(-1)?.path).toBe('/v1beta/models/gemini-3-flash:generateContent');
  });

  it('sets the limit that the balance covers', async () => {
    await start({ text: 'x' }, new Taker(), { outputLimit: 77 }).result;
    expect(provider.requests.at(-1)?.body['generationConfig']).toEqual({ maxOutputTokens: 77 });
  });
});
