import { inputBound } from './input-bound';

const model = { contextWindow: 10_000, mediaPartTokens: 2_000 };
const say = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] });

describe('the input bound', () => {
  it('is one token per UTF-8 byte of text plus 16 per message', () => {
    expect(inputBound(say('hello'), model)).toBe(5 + 16);
    expect(inputBound(say('汉字'), model)).toBe(6 + 16);
    expect(
      inputBound(
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
    expect(inputBound(say(parts), model)).toBe(4 + 2_000 + 16);
  });

  it('counts text that stands in a part of another type', () => {
    const parts = [{ type: 'caption', text: 'four' }];
    expect(inputBound(say(parts), model)).toBe(4 + 2_000 + 16);
  });

  it('refuses what is nested too deeply to be measured, as the fault of the request', () => {
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    expect(() => inputBound({ ...say('hi'), deep }, model)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('counts tools, schemas, tool calls and prompt fields that it does not know', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];
    const calls = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
    const body = { messages: [{ role: 'assistant', content: null, tool_calls: calls }], tools, prediction: { content: 'guess' } };
    const expected = 16 + JSON.stringify(calls).length + JSON.stringify(tools).length + JSON.stringify(body.prediction).length;
    expect(inputBound(body, model)).toBe(expected);
  });

  it('does not count what never reaches the prompt', () => {
    expect(inputBound({ ...say('a'), metadata: { x: 'y'.repeat(500) }, stop: ['END'], user: 'someone', temperature: 0.5 }, model)).toBe(17);
  });

  it('is at most the context window', () => {
    expect(inputBound(say('x'.repeat(50_000)), model)).toBe(10_000);
  });
});
