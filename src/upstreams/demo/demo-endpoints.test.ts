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

  it('fails at the same texts with its flaky face', async () => {
    const text = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find(isFlakyAt);
    expect((await ask('embeddings', { input: text }, 'flaky')).status).toBe(503);
    expect((await ask('responses', { input: text }, 'flaky')).status).toBe(503);
  });
});
