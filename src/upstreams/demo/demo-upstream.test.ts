import { DEMO_PROMPT, type DemoUpstream, isFlakyAt, startDemoUpstream } from './demo-upstream';
import { sampleFromSchema } from './sample-from-schema';

const user = (content: string) => ({ role: 'user', content });

describe('the demo upstream', () => {
  let demo: DemoUpstream;

  beforeAll(async () => {
    demo = await startDemoUpstream({ wordDelayMs: 0 });
  });

  afterAll(() => demo.close());

  async function ask(face: string, body: object) {
    const response = await fetch(`http://127.0.0.1:${demo.port}/${face}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'forge-demo', ...body }),
    });
    return { status: response.status, text: await response.text() };
  }

  async function askWhole(body: object) {
    return JSON.parse((await ask('steady', body)).text) as {
      model: string;
      choices: {
        message: { content: string | null; tool_calls?: { function: { name: string; arguments: string } }[] };
        finish_reason: string;
      }[];
      usage: { prompt_tokens: number; completion_tokens: number; prompt_tokens_details: { cached_tokens: number } };
    };
  }

  it('finds no word in whitespace, however much of it there is', async () => {
    const { usage } = await askWhole({ messages: [user(' '.repeat(2_000_000)), user('hi')] });
    expect(usage).toMatchObject({ prompt_tokens: 2 });
  });

  it('marks its answers as simulated, and gives the same one to the same request', async () => {
    const first = await askWhole({ messages: [user('What is new?')] });
    expect(first.model).toBe('forge-demo-simulated');
    expect(first.choices[0]?.message.content).toContain('simulated');
    expect((await askWhole({ messages: [user('What is new?')] })).choices).toEqual(first.choices);
  });

  it('fails on its flaky face for the prompt of a first request, and answers it on the steady one', async () => {
    expect(isFlakyAt(DEMO_PROMPT)).toBe(true);
    expect((await ask('flaky', { messages: [user(DEMO_PROMPT)] })).status).toBe(503);
    expect((await ask('steady', { messages: [user(DEMO_PROMPT)] })).status).toBe(200);
  });

  it('answers most messages on its flaky face', () => {
    const flaky = Array.from({ length: 300 }, (_, at) => isFlakyAt(`message ${at}`)).filter(Boolean).length;
    expect(flaky).toBeGreaterThan(60);
    expect(flaky).toBeLessThan(140);
  });

  it('never writes more words than it was allowed', async () => {
    const answer = await askWhole({ messages: [user('Tell me everything')], max_tokens: 3 });
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length' });
    expect(answer.usage.completion_tokens).toBe(3);
  });

  it('counts a repeated conversation as cached', async () => {
    const messages = [user('one two three'), { role: 'assistant', content: 'four five' }, user('six')];
    expect((await askWhole({ messages })).usage).toMatchObject({ prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 5 } });
  });

  it('streams word by word, with usage only when it was asked for', async () => {
    const body = { messages: [user('Hi')], stream: true };
    const plain = (await ask('steady', body)).text;
    expect(plain).toMatch(/data: \[DONE\]\n\n$/);
    expect(plain).not.toContain('usage');
    const withUsage = (await ask('steady', { ...body, stream_options: { include_usage: true } })).text;
    expect(withUsage).toContain('"choices":[],"usage":{"prompt_tokens":2');
  });

  it('calls a tool that is named, with arguments that its schema accepts, and answers in words after its result', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } } };
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];
    const messages = [user('Please use get_weather')];
    const called = await askWhole({ messages, tools });
    const call = called.choices[0]?.message.tool_calls?.[0];
    expect(called.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call?.function.name).toBe('get_weather');
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual({ city: 'simulated', days: 2 });
    const after = await askWhole({ messages: [...messages, { role: 'tool', content: 'sunny', tool_call_id: 'x' }], tools });
    expect(after.choices[0]?.finish_reason).toBe('stop');
    const forced = await askWhole({ messages: [user('x')], tools, tool_choice: 'required' });
    expect(forced.choices[0]?.finish_reason).toBe('tool_calls');
  });
});

describe('sampleFromSchema', () => {
  it('follows references, choices and lists, and ends on a schema that contains itself', () => {
    const node = { type: 'object', properties: { kind: { enum: ['leaf'] }, next: { $ref: '#/$defs/node' } } };
    expect(JSON.stringify(sampleFromSchema({ $ref: '#/$defs/node', $defs: { node } }))).toContain('"kind":"leaf"');
    expect(sampleFromSchema({ type: 'array', items: { anyOf: [{ type: 'null' }] } })).toEqual([null]);
  });
});
