import { wav } from '../../../test/support/audio';
import { encodeForm } from '../../kernel/form';
import { saidMilliseconds } from '../../metering/audio-length';
import { type DemoUpstream, isFlakyAt, startDemoUpstream } from './demo-upstream';

describe('the demo upstream, beside chat completions', () => {
  let demo: DemoUpstream;

  beforeAll(async () => {
    demo = await startDemoUpstream({ wordDelayMs: 0 });
  });

  afterAll(() => demo.close());

  async function ask(path: string, body: object, face = 'steady') {
    const init = { method: 'POST', body: JSON.stringify({ model: 'forge-demo', ...body }) };
    const response = await fetch(`http://127.0.0.1:${demo.port}/${face}/v1/${path}`, init);
    return { status: response.status, text: await response.text() };
  }

  const typesOf = (text: string) => [...text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type);

  it('gives the same text the same vector of length 1, as numbers and in base64, marked as simulated', async () => {
    const { data, model, usage } = JSON.parse((await ask('embeddings', { input: ['one two', 'three'], dimensions: 8 })).text);
    expect([model, usage]).toEqual(['forge-demo-simulated', { prompt_tokens: 3, total_tokens: 3 }]);
    expect(Math.hypot(...data[0].embedding)).toBeCloseTo(1);
    expect(data[0].embedding).not.toEqual(data[1].embedding);
    const packed = JSON.parse((await ask('embeddings', { input: 'one two', dimensions: 8, encoding_format: 'base64' })).text);
    const bytes = Buffer.from(packed.data[0].embedding, 'base64');
    expect(bytes.readFloatLE(0)).toBeCloseTo(data[0].embedding[0]);
  });

  it('answers a response whole, and as events that say the same', async () => {
    const whole = JSON.parse((await ask('responses', { input: 'hi' })).text);
    expect(whole).toMatchObject({
      object: 'response',
      status: 'completed',
      metadata: { simulated: 'true' },
      usage: { output_tokens: expect.any(Number) },
    });
    expect(whole.output[0].content[0].text).toContain('simulated');
    const { text } = await ask('responses', { input: 'hi', stream: true });
    expect(typesOf(text).slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
    const last = JSON.parse(text.trimEnd().split('\ndata: ').at(-1) ?? '');
    expect([last.type, last.response.output[0].content]).toEqual(['response.completed', whole.output[0].content]);
  });

  it('calls a tool in a response, and ends it incomplete at its limit', async () => {
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }];
    const called = JSON.parse((await ask('responses', { input: 'look', tools })).text);
    expect(called.output).toMatchObject([{ type: 'function_call', name: 'look', call_id: 'call_simulated' }]);
    const short = await ask('responses', { input: 'hi', max_output_tokens: 2, stream: true });
    expect(typesOf(short.text).at(-1)).toBe('response.incomplete');
  });

  it('completes prompts, whole and streamed, and moderates', async () => {
    const whole = JSON.parse((await ask('completions', { prompt: 'hi' })).text);
    expect(whole).toMatchObject({ object: 'text_completion', choices: [{ text: expect.stringContaining('simulated') }] });
    expect((await ask('completions', { prompt: 'hi', stream: true })).text).toMatch(/data: \[DONE\]\n\n$/);
    const moderated = JSON.parse((await ask('moderations', { input: ['a', 'b'] })).text);
    expect(moderated).toMatchObject({ model: 'forge-demo-simulated', results: [{ flagged: false }, { flagged: false }] });
  });

  it('speaks a beep for every word, as WAV, as samples and as events', async () => {
    const speak = async (more: object = {}) => {
      const body = JSON.stringify({ model: 'forge-demo', input: 'one two three', ...more });
      const response = await fetch(`http://127.0.0.1:${demo.port}/steady/v1/audio/speech`, { method: 'POST', body });
      return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const { type, bytes } = await speak();
    expect([type, saidMilliseconds({ head: bytes, bytes: bytes.length })]).toEqual(['audio/wav', 600]);
    expect((await speak()).bytes.equals(bytes)).toBe(true);
    expect((await speak({ response_format: 'pcm' })).bytes.equals(bytes.subarray(44))).toBe(true);
    const events = (await speak({ stream_format: 'sse' })).bytes.toString().split('\n\n').filter(Boolean);
    const said = events.map((event) => JSON.parse(event.slice('data: '.length)));
    expect(Buffer.concat(said.slice(0, -1).map(({ audio }) => Buffer.from(audio, 'base64'))).equals(bytes)).toBe(true);
    expect(said.at(-1)).toMatchObject({ type: 'speech.audio.done', usage: { input_tokens: 3, output_tokens: 13 } });
  });

  it('transcribes with words that say that nobody listened, in every format', async () => {
    const file = { name: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes: wav(1_500) };
    const hear = async (fields: Record<string, string>) => {
      const parts = [...Object.entries({ model: 'm', ...fields }).map(([name, value]) => ({ name, value })), file];
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const body = new Uint8Array(encodeForm({ parts }, 'b'));
      return (await fetch(`http://127.0.0.1:${demo.port}/steady/v1/audio/transcriptions`, { method: 'POST', headers, body })).text();
    };
    const whole = JSON.parse(await hear({}));
    expect(whole).toEqual({
      text: expect.stringContaining(`simulated transcription: nobody listened to the ${file.bytes.length} bytes`),
      usage: { type: 'duration', seconds: 2 },
    });
    expect(JSON.parse(await hear({ response_format: 'verbose_json' }))).toMatchObject({ duration: 1.5, text: whole.text });
    expect(await hear({ response_format: 'text' })).toBe(`${whole.text}\n`);
    expect(await hear({ response_format: 'srt' })).toContain('00:00:00,000 --> 00:00:01,500');
    expect(await hear({ response_format: 'vtt' })).toMatch(/^WEBVTT\n\n00:00:00\.000 --> 00:00:01\.500/);
    expect(await hear({ stream: 'true' })).toMatch(/transcript\.text\.delta.*transcript\.text\.done/s);
  });

  it('fails at the same texts with its flaky face', async () => {
    const text = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find(isFlakyAt);
    expect((await ask('embeddings', { input: text }, 'flaky')).status).toBe(503);
    expect((await ask('responses', { input: text }, 'flaky')).status).toBe(503);
  });
});
