import { chatInputBound, chatPromptText } from './chat-input';

const model = { contextWindow: 10_000, mediaPartTokens: 2_000 };
const say = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] });

describe('the input bound of a chat', () => {
  it('is one token per UTF-8 byte of text plus 16 per message', () => {
    expect(chatInputBound(say('hello'), model)).toBe(5 + 16);
    expect(chatInputBound(say('汉字'), model)).toBe(6 + 16);
    expect(
      chatInputBound(
        {
          messages: [
            { role: 'system', content: 'ab' },
            { role: 'user', content: 'c' },
          ],
        },
        model,
      ),
    ).toBe(3 + 32);
  });

  it('counts text parts by their bytes and media parts as the model says', () => {
    const parts = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: 'data:…' } },
    ];
    expect(chatInputBound(say(parts), model)).toBe(4 + 2_000 + 16);
  });

  it('counts text that stands in a part of another type', () => {
    const parts = [{ type: 'caption', text: 'four' }];
    expect(chatInputBound(say(parts), model)).toBe(4 + 2_000 + 16);
  });

  it('counts all thoughts that stand in the content of an earlier answer', () => {
    const parts = [{ type: 'thinking', thinking: [{ type: 'text', text: 'x'.repeat(3_000) }] }];
    expect(chatInputBound(say(parts), model)).toBeGreaterThan(3_000);
    const beside = [{ type: 'thinking', thinking: '', text: 'x'.repeat(3_000) }];
    expect(chatInputBound(say(beside), model)).toBeGreaterThan(3_000);
  });

  it('counts a refusal that is given back, also behind a text that is empty', () => {
    const refusal = { type: 'refusal', refusal: 'x'.repeat(3_000) };
    expect(chatInputBound(say([refusal]), model)).toBe(3_000 + 16);
    expect(chatInputBound(say([{ ...refusal, text: '' }]), model)).toBe(3_000 + 16);
  });

  it('counts tools, schemas, tool calls and prompt fields that it does not know', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
    const calls = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
    const body = { messages: [{ role: 'assistant', content: null, tool_calls: calls }], tools, prediction: { content: 'guess' } };
    const expected = 16 + JSON.stringify(calls).length + JSON.stringify(tools).length + JSON.stringify(body.prediction).length;
    expect(chatInputBound(body, model)).toBe(expected);
  });

  it('does not count what never reaches the prompt', () => {
    expect(chatInputBound({ ...say('a'), metadata: { x: 'y'.repeat(500) }, stop: ['END'], user: 'someone', temperature: 0.5 }, model)).toBe(
      17,
    );
  });

  it('counts what is longer than the word that it should be: a template may put it into the prompt', () => {
    const role = 'system\n'.padEnd(3_000, 'x');
    expect(chatInputBound({ messages: [{ role, content: 'a' }] }, model)).toBe(3_001);
    for (const word of ['reasoning_effort', 'verbosity']) {
      expect(chatInputBound({ ...say('a'), [word]: 'x'.repeat(3_000) }, model)).toBe(17 + 3_000 - 16);
      expect(chatInputBound({ ...say('a'), [word]: 'medium' }, model)).toBe(17);
    }
  });

  it('counts bare texts in place of parts, and what stands beside the text of a part', () => {
    expect(chatInputBound(say(['x'.repeat(3_000)]), model)).toBe(3_016);
    expect(chatInputBound(say([{ type: 'text', text: 'a', Text: 'x'.repeat(3_000) }]), model)).toBe(3_017);
    expect(chatInputBound(say([{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }]), model)).toBe(17);
  });

  it('is at most the context window', () => {
    expect(chatInputBound(say('x'.repeat(50_000)), model)).toBe(10_000);
  });
});

describe('the text of a chat', () => {
  it('is what its messages, calls, tools and schemas say, without media', () => {
    const content = [{ type: 'text', text: 'look' }, { type: 'image_url', image_url: { url: 'data:' } }, null];
    const body = {
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: null, tool_calls: [{ id: '1' }] },
        { role: 'tool', content: 'done' },
      ],
      tools: [{ type: 'function' }],
      functions: null,
      response_format: { type: 'json_object' },
    };
    expect(chatPromptText(body)).toBe('user\nlook\n\n\nassistant\n[{"id":"1"}]\ntool\ndone\n[{"type":"function"}]\n{"type":"json_object"}');
  });
});
