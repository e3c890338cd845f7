import { responseInputBound, responsePromptText } from './response-input';

const MODEL = { contextWindow: 10_000, mediaPartTokens: 500 };

describe('the input of a response', () => {
  it('is bounded by one token per byte of text, instructions and tools, and 16 for each item', () => {
    expect(responseInputBound({ model: 'm', input: 'hello' }, MODEL)).toBe(21);
    const tools = [{ type: 'function', name: 'f' }];
    const body = { input: [{ role: 'user', content: 'hello' }], instructions: 'be brief', tools };
    expect(responseInputBound(body, MODEL)).toBe(21 + 8 + JSON.stringify(tools).length);
  });

  it('bounds media by what the model says of one, also in the output of a call', () => {
    const picture = { type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(5_000)}` };
    const message = { role: 'user', content: [{ type: 'input_text', text: 'what' }, picture] };
    const output = { type: 'function_call_output', call_id: 'c1', output: [picture] };
    expect(responseInputBound({ input: [message] }, MODEL)).toBe(16 + 4 + 500);
    expect(responseInputBound({ input: [output] }, MODEL)).toBe(16 + 2 + 500);
  });

  it('counts a text that stands beside media as well', () => {
    const part = { type: 'input_image', image_url: 'data:', text: 'beside' };
    expect(responseInputBound({ input: [{ role: 'user', content: [part, 'bare'] }] }, MODEL)).toBe(16 + 506 + 504);
  });

  it('counts what it does not know', () => {
    expect(responseInputBound({ input: [{ type: 'reasoning', encrypted_content: 'x'.repeat(90) }] }, MODEL)).toBe(106);
    expect(responseInputBound({ input: 'a', later: 'xyz' }, MODEL)).toBe(20);
  });

  it('counts a text in place of a role', () => {
    expect(responseInputBound({ input: [{ role: 'x'.repeat(3_000), content: 'a' }] }, MODEL)).toBe(3_001);
  });

  it('is never more than the context window', () => {
    expect(responseInputBound({ input: 'x'.repeat(50_000) }, MODEL)).toBe(10_000);
  });

  it('is counted by its texts where the provider sends no usage', () => {
    const body = {
      instructions: 'be brief',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'what' },
            { type: 'input_image', image_url: 'data:' },
          ],
        },
        { type: 'function_call', name: 'f', arguments: '{}' },
        { type: 'function_call_output', output: 'done' },
        'bare',
      ],
      tools: [{ name: 'f' }],
      text: null,
    };
    expect(responsePromptText(body)).toBe('be brief\nuser\nwhat\n\n\n\nf\n{}\n\n\n\n\n\ndone\nbare\n[{"name":"f"}]');
    expect(responsePromptText({ input: 'hello', text: { format: 'x' } })).toBe('hello\n{"format":"x"}');
  });
});
