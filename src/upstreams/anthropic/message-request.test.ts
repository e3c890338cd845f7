import { conversationFromChat } from '../conversation/from-chat';
import { messageRequest } from './message-request';

const HI = [{ role: 'user', content: 'hi' }];
const CALL = { upstreamModel: 'claude-theirs', stream: false, outputLimit: null, outputBound: 4_096 };

function sent(more: object, call: Partial<Record<keyof typeof CALL, unknown>> = {}): string {
  const reading = conversationFromChat({ model: 'm', messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return messageRequest(reading.conversation, { ...CALL, ...call } as typeof CALL);
}

const parsed = (more: object, call = {}) => JSON.parse(sent(more, call)) as Record<string, unknown>;

describe('a chat as a request of messages', () => {
  it('has the limit that was lowered, else that of the client, else what the hold covers', () => {
    expect(parsed({})['max_tokens']).toBe(4_096);
    expect(parsed({ max_completion_tokens: 50 })['max_tokens']).toBe(50);
    expect(parsed({}, { outputLimit: 300 })['max_tokens']).toBe(300);
  });

  it('keeps every byte of the arguments of a call, its long numbers among them', () => {
    const text = '{"id": 12345678901234567890, "share":1.0}';
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: text } };
    const result = { role: 'tool', tool_call_id: 'c', content: '' };
    expect(sent({ messages: [...HI, { role: 'assistant', content: null, tool_calls: [call] }, result] })).toContain(`"input":${text}`);
  });

  it('gives the ids of calls the letters that are allowed, and results the same ones', () => {
    const call = { id: 'functions.f:0', type: 'function', function: { name: 'f', arguments: '' } };
    const result = { role: 'tool', tool_call_id: 'functions.f:0', content: 'x' };
    expect(parsed({ messages: [...HI, { role: 'assistant', content: '', tool_calls: [call] }, result] })['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'functions_f_0', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'functions_f_0', content: [{ type: 'text', text: 'x' }] }] },
    ]);
  });

  it('has who of several speaks before what they say, and leaves the text of answers as it was', () => {
    const picture = { type: 'image_url', image_url: { url: 'https://example.test/a.png' } };
    const messages = [
      { role: 'system', name: 'example_user', content: 'hello' },
      { role: 'user', name: 'ann', content: 'hi' },
      { role: 'assistant', name: 'helper', content: 'yes?' },
      { role: 'user', name: 'bob', content: [picture] },
    ];
    const asked = parsed({ messages });
    expect(asked['system']).toEqual([{ type: 'text', text: 'example_user: hello' }]);
    expect(asked['messages']).toMatchObject([
      { role: 'user', content: [{ text: 'ann: hi' }] },
      { role: 'assistant', content: [{ text: 'yes?' }] },
      { role: 'user', content: [{ text: 'bob:' }, { type: 'image' }] },
    ]);
  });

  it.each([
    { messages: [{ role: 'system', content: 's', cache_control: { type: 'ephemeral' } }, ...HI] },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }] }] },
    { tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral' } }] },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', prompt_cache_breakpoint: { mode: 'explicit' } }] }] },
  ])('is to be kept as a whole, for as long as is priced, where anything of it is marked: %j', (more) => {
    const asked = JSON.parse(sent(more)) as { messages: object[] };
    expect(asked.messages.at(-1)).toEqual({ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] });
    expect(sent(more).match(/cache_control/g)).toHaveLength(1);
    expect(sent({})).not.toContain('cache_control');
  });

  it('has no text of nothing but spaces, which Anthropic refuses, but where a user says nothing else', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const messages = [
      { role: 'system', content: ' ' },
      ...HI,
      { role: 'assistant', content: '\n\n', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: '\n' },
      { role: 'assistant', content: '\n' },
      { role: 'user', content: [{ type: 'text', text: ' ' }] },
    ];
    const asked = parsed({ messages });
    expect(asked).not.toHaveProperty('system');
    expect(asked['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c' }] },
      { role: 'user', content: [{ type: 'text', text: ' ' }] },
    ]);
  });

  it('has tools whose arguments are objects, also where their schema leaves that out', () => {
    const tool = (parameters: object) => ({ type: 'function', function: { name: 'f', parameters } });
    const asked = parsed({ tools: [tool({}), tool({ properties: { a: {} } }), tool({ type: ['object', 'null'] })] });
    expect((asked['tools'] as { input_schema: object }[]).map((each) => each.input_schema)).toEqual([
      { type: 'object' },
      { type: 'object', properties: { a: {} } },
      { type: ['object', 'null'] },
    ]);
  });

  it('has an instruction in the middle where it stood, marked as none of the user', () => {
    const rule = { role: 'developer', content: 'be brief' };
    const reminder = { type: 'text', text: '<system-reminder>\nbe brief\n</system-reminder>' };
    const hi = { type: 'text', text: 'hi' };
    expect(parsed({ messages: [rule, ...HI, { role: 'assistant', content: 'yes?' }, rule, ...HI] })).toMatchObject({
      system: [{ type: 'text', text: 'be brief' }],
      messages: [
        { role: 'user', content: [hi] },
        { role: 'assistant', content: [{ type: 'text', text: 'yes?' }] },
        { role: 'user', content: [reminder, hi] },
      ],
    });
  });

  it.each([
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [
      { tool_choice: 'required', parallel_tool_calls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, { type: 'tool', name: 'f' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallel_tool_calls: true }, undefined],
  ])('chooses tools for %j as %j', (more, choice) => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(parsed({ tools, ...more })).toMatchObject({ tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] });
    expect(parsed({ tools, ...more })['tool_choice']).toEqual(choice);
  });

  it('leaves out a share of all beside a temperature, and thoughts that nobody signed', () => {
    expect(parsed({ temperature: 0.5, top_p: 1 })).not.toHaveProperty('top_p');
    expect(parsed({ temperature: 0.5, top_p: 0.9 })).toMatchObject({ temperature: 0.5, top_p: 0.9 });
    expect(parsed({ temperature: 1, top_p: 0.9 }, { upstreamModel: 'claude-sonnet-4-5' })).not.toHaveProperty('temperature');
    expect(parsed({ temperature: 1, top_p: 0.9 })).toMatchObject({ temperature: 1, top_p: 0.9 });
    expect(parsed({ temperature: 1 })).toMatchObject({ temperature: 1 });
    const newest = parsed({ temperature: 1, top_p: 1 }, { upstreamModel: 'claude-opus-4-8' });
    for (const name of ['temperature', 'top_p']) expect(newest).not.toHaveProperty(name);
    const thought = { role: 'assistant', content: 'so', reasoning_content: 'hm' };
    expect(sent({ messages: [...HI, thought, ...HI] })).not.toContain('hm');
  });
});
