import { messageInputBound, messagePromptText } from './message-input';

const MODEL = { contextWindow: 100_000, mediaPartTokens: 500 };
const bound = (body: object) => messageInputBound({ model: 'm', max_tokens: 9, ...body }, MODEL);
const said = (...content: object[]) => ({ messages: [{ role: 'user', content }] });

describe('the bound of a message request', () => {
  it('is one token per UTF-8 byte of text, and 16 for each message', () => {
    expect(
      bound({
        messages: [
          { role: 'user', content: 'hé' },
          { role: 'assistant', content: 'x' },
        ],
      }),
    ).toBe(16 + 3 + 16 + 1);
    expect(
      bound({ ...said({ type: 'text', text: 'abc', cache_control: { type: 'ephemeral' } }), system: [{ type: 'text', text: 'de' }] }),
    ).toBe(16 + 3 + 2);
    expect(bound({ messages: [{ role: 'user', content: '' }], system: 'abcd' })).toBe(16 + 4);
  });

  it('counts tools and schemas, and not what never reaches the prompt', () => {
    const tools = [{ name: 'f', input_schema: {} }];
    const idle = { metadata: { user_id: 'someone' }, stop_sequences: ['END'], thinking: { type: 'adaptive' }, stream: true };
    expect(bound({ messages: [], tools, ...idle })).toBe(JSON.stringify(tools).length);
  });

  it('counts media as what the model says of them, also in the results of tools, and texts of documents as text', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x'.repeat(9_000) } };
    expect(bound(said(image, { type: 'tool_result', tool_use_id: 'abc', content: [image, { type: 'text', text: 'ok' }] }))).toBe(
      16 + 500 + 3 + 500 + 2,
    );
    expect(bound(said({ type: 'document', source: { type: 'text', data: 'abcde' }, title: 'tt' }))).toBe(16 + 5 + 2);
    expect(bound(said({ type: 'document', source: { type: 'content', content: [image, { type: 'text', text: 'x' }] } }))).toBe(
      16 + 500 + 1,
    );
  });

  it('counts a source that is a text as text: it is read, not seen', () => {
    const found = { type: 'search_result', source: 'https://example.com/é', title: 'tt', content: [{ type: 'text', text: 'abc' }] };
    expect(bound(said(found))).toBe(16 + 22 + 2 + 3);
    expect(bound(said({ ...found, source: 'x'.repeat(5_000) }))).toBe(16 + 5_000 + 2 + 3);
  });

  it('counts thoughts with what they are sealed in, and the arguments of calls', () => {
    expect(bound(said({ type: 'thinking', thinking: 'abc', signature: 'defg' }))).toBe(16 + 7);
    expect(bound(said({ type: 'tool_use', id: 'a', name: 'b', input: { c: 1 } }))).toBe(16 + 2 + '{"c":1}'.length);
  });

  it('counts a text in place of a role', () => {
    expect(bound({ messages: [{ role: 'x'.repeat(3_000), content: 'a' }] })).toBe(3_001);
  });

  it('is never above the context window', () => {
    expect(bound({ messages: [{ role: 'user', content: 'x'.repeat(200_000) }] })).toBe(100_000);
  });
});

describe('the text of a message request', () => {
  it('is what its texts, calls, results and tools say', () => {
    const body = {
      system: 'be short',
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content: 'sunny' }] },
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'text', data: 'a page' } },
            { type: 'image', source: {} },
          ],
        },
      ],
      tools: [{ name: 'f' }],
      output_config: null,
    };
    expect(messagePromptText(body)).toBe('be short\nassistant\nf\n{"a":1}\nuser\nsunny\nuser\na page\n\n[{"name":"f"}]');
  });
});
