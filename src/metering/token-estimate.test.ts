import { chatInputBound } from './chat-input';
import { estimatedTokens } from './token-estimate';

const call = (json: Record<string, unknown>, outputLimit?: number, choices = 1) => ({
  endpoint: { inputBound: chatInputBound },
  body: { json },
  outputLimit,
  choices,
});

describe('the tokens that a request is expected to use', () => {
  it('are a quarter of its bytes, four for each message, and the output that the client allows', () => {
    const json = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(400) }] };
    expect(estimatedTokens(call(json))).toBe(104);
    expect(estimatedTokens(call(json, 50, 2))).toBe(204);
  });

  it('count no media: a picture in base64 is not its length', () => {
    const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(100_000)}` } };
    expect(estimatedTokens(call({ messages: [{ role: 'user', content: [picture, { type: 'text', text: 'what' }] }] }))).toBe(5);
  });
});
