import { CLIENT_SHAPES } from '../conversation/client-shapes';
import { geminiRequest } from './request-body';

const NEW = 'gemini-3-flash-preview';
const OLD = 'gemini-2.5-flash';
const HI = [{ role: 'user', content: 'hi' }];
const PNG = 'data:image/png;base64,aGk=';

function asked(operation: 'chat' | 'messages', json: Record<string, unknown>, model = NEW, outputLimit: number | null = null) {
  const reading = CLIENT_SHAPES[operation].read({ model: 'mine', ...json });
  return 'obstacle' in reading ? reading : geminiRequest(reading.conversation, model, outputLimit);
}

const chat = (json: Record<string, unknown>, model?: string) => asked('chat', { messages: HI, ...json }, model);
const user = (...content: unknown[]) => [{ role: 'user', content }];
const tool = (name: string, more: object = {}) => ({ type: 'function', function: { name, parameters: { type: 'object' }, ...more } });

describe('a chat request as Gemini is asked', () => {
  it('has its system apart, and its turns as contents', () => {
    const messages = [
      { role: 'system', content: 'be short' },
      { role: 'developer', content: 'be kind' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'hello' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and' },
          { type: 'image_url', image_url: { url: PNG } },
        ],
      },
    ];
    expect(chat({ messages })).toEqual({
      body: {
        systemInstruction: { parts: [{ text: 'be short' }, { text: 'be kind' }] },
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [{ text: 'hello' }] },
          { role: 'user', parts: [{ text: 'and' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }] },
        ],
        generationConfig: {},
      },
    });
  });

  it('has every setting under its own name', () => {
    const settings = {
      ...{ max_completion_tokens: 50, temperature: 0.5, top_p: 0.9, top_k: 20, stop: ['a', 'b'], seed: 7 },
      ...{ presence_penalty: 0.1, frequency_penalty: 0.2, n: 1, user: 'someone', stream: true, stream_options: { include_usage: true } },
    };
    expect(chat(settings)).toMatchObject({
      body: {
        generationConfig: {
          ...{ maxOutputTokens: 50, temperature: 0.5, topP: 0.9, topK: 20, stopSequences: ['a', 'b'], seed: 7 },
          ...{ presencePenalty: 0.1, frequencyPenalty: 0.2 },
        },
      },
    });
  });

  it('takes the lower limit that the balance covers', () => {
    expect(asked('chat', { messages: HI }, NEW, 300)).toMatchObject({ body: { generationConfig: { maxOutputTokens: 300 } } });
  });

  it.each([
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'f' } },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ])('offers tools with the choice %j', (choice, functionCallingConfig) => {
    expect(chat({ tools: [tool('f', { description: 'd' })], tool_choice: choice })).toMatchObject({
      body: {
        tools: [{ functionDeclarations: [{ name: 'f', description: 'd', parametersJsonSchema: { type: 'object' } }] }],
        toolConfig: { functionCallingConfig },
      },
    });
  });

  it('keeps strict tools to their schemas by the mode of calling, and leaves the others their hints', () => {
    expect(chat({ tools: [tool('f', { strict: true })] })).toMatchObject({
      body: { toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } } },
    });
    const parameters = { type: 'object', properties: { a: { type: 'object', patternProperties: { '^a': {} } } } };
    expect(chat({ tools: [tool('f', { parameters })] })).toMatchObject({
      body: { tools: [{ functionDeclarations: [{ parametersJsonSchema: parameters }] }] },
    });
    expect(chat({ tools: [tool('f', { parameters, strict: true })] })).toEqual({
      obstacle: 'tools cannot be kept to there: properties.a.patternProperties in the schema of the strict tool "f".',
    });
  });

  it('gets JSON, with and without a schema', () => {
    expect(chat({ response_format: { type: 'json_object' } })).toMatchObject({
      body: { generationConfig: { responseMimeType: 'application/json' } },
    });
    const json_schema = { name: 'city', schema: { type: 'object', properties: { a: { const: 'b' } } }, strict: true };
    expect(chat({ response_format: { type: 'json_schema', json_schema } })).toMatchObject({
      body: { generationConfig: { responseJsonSchema: { title: 'city', type: 'object', properties: { a: { enum: ['b'] } } } } },
    });
  });

  it.each([
    [NEW, 'low', { thinkingLevel: 'low', includeThoughts: true }],
    [NEW, 'xhigh', { thinkingLevel: 'high', includeThoughts: true }],
    ['gemini-3-pro-preview', 'minimal', { thinkingLevel: 'low', includeThoughts: true }],
    [OLD, 'none', { thinkingBudget: 0, includeThoughts: false }],
    [OLD, 'medium', { thinkingBudget: 8_192, includeThoughts: true }],
  ])('of %s thinks with effort %s', (model, effort, thinkingConfig) => {
    expect(chat({ reasoning_effort: effort }, model)).toMatchObject({ body: { generationConfig: { thinkingConfig } } });
  });

  it('of messages without thinking is thought about as little as can be, and nothing of it is shown', () => {
    const json = { messages: HI, max_tokens: 9, thinking: { type: 'disabled' } };
    const thinkingIn = (model: string) => asked('messages', json, model);
    expect(thinkingIn(NEW)).toMatchObject({
      body: { generationConfig: { thinkingConfig: { thinkingLevel: 'minimal', includeThoughts: false } } },
    });
    expect(thinkingIn(OLD)).toMatchObject({
      body: { generationConfig: { thinkingConfig: { thinkingBudget: 0, includeThoughts: false } } },
    });
    const budget = { ...json, max_tokens: 9_000, thinking: { type: 'enabled', budget_tokens: 2_000 } };
    expect(asked('messages', budget)).toMatchObject({
      body: { generationConfig: { thinkingConfig: { thinkingBudget: 2_000, includeThoughts: true } } },
    });
  });

  it('has the detail of its pictures for all of them', () => {
    const picture = (detail: string) => ({ type: 'image_url', image_url: { url: PNG, detail } });
    expect(chat({ messages: user(picture('low'), picture('low')) })).toMatchObject({
      body: { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' } },
    });
    expect(chat({ messages: user(picture('original'), picture('high')) })).toMatchObject({
      body: { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_HIGH' } },
    });
    expect(chat({ messages: user(picture('low'), picture('high')) })).toEqual({
      obstacle: 'messages cannot hold pictures of different detail there.',
    });
  });

  it('holds sound and files, a file behind its name', () => {
    const sound = { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } };
    const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' } };
    expect(chat({ messages: user(sound, file) })).toMatchObject({
      body: {
        contents: [
          {
            parts: [
              { inlineData: { mimeType: 'audio/wav' } },
              { text: 'a.pdf' },
              { inlineData: { mimeType: 'application/pdf', data: 'aGk=' } },
            ],
          },
        ],
      },
    });
  });

  it('holds the pictures of results behind all results, an instruction where it stood, and one turn around an empty answer', () => {
    const look = { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: {} }] };
    const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };
    const messages = [
      ...HI,
      { role: 'assistant', content: [] },
      { role: 'system', content: 'be brief' },
      look,
      ...user({ type: 'tool_result', tool_use_id: 'c', content: [picture] }),
    ];
    expect(asked('messages', { messages, max_tokens: 9 })).toMatchObject({
      body: {
        contents: [
          { role: 'user', parts: [{ text: 'hi' }, { text: '<system-reminder>\nbe brief\n</system-reminder>' }] },
          { role: 'model', parts: [{ functionCall: { name: 'look' } }] },
          {
            role: 'user',
            parts: [
              { functionResponse: { id: 'c', name: 'look', response: { output: '(image: behind the results)' } } },
              { text: 'From the result of c:' },
              { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['several answers', { n: 2 }, 'n cannot be above 1 there'],
    ['probabilities', { logprobs: true }, 'logprobs has no equivalent'],
    [
      'a picture by address',
      { messages: user({ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }) },
      'a picture by address',
    ],
    [
      'a picture that is not taken',
      { messages: user({ type: 'image_url', image_url: { url: 'data:image/gif;base64,aGk=' } }) },
      'image/gif',
    ],
    ['many stop sequences', { stop: ['1', '2', '3', '4', '5', '6'] }, 'stop cannot have more than 5 texts'],
    ['a large seed', { seed: 2 ** 40 }, 'seed cannot have more than 32 bits'],
    ['system texts alone', { messages: [{ role: 'system', content: 's' }] }, 'messages must have a turn of the user'],
    [
      'an answer that was begun',
      { messages: [...HI, { role: 'assistant', content: 'Well' }] },
      'messages must end with a turn of the user',
    ],
    ['a tool with a strange name', { tools: [tool('9f')] }, 'cannot have the name "9f"'],
    ['a result without its call', { messages: [...HI, { role: 'tool', tool_call_id: 'c', content: 'x' }] }, 'must hold the call "c"'],
    ['a member that nobody knows', { prediction: { type: 'content' } }, 'prediction has no equivalent'],
  ])('has an obstacle that names it: %s', (_what, json, words) => {
    const made = chat(json);
    expect('obstacle' in made ? made.obstacle : '').toContain(words);
  });

  it('depends on the model in what older ones cannot', () => {
    const both = { tools: [tool('f')], response_format: { type: 'json_object' } };
    expect(chat(both, NEW)).toHaveProperty('body');
    expect(chat(both, OLD)).toEqual({ obstacle: 'response_format cannot stand beside tools for this model.' });
    expect(chat({ reasoning_effort: 'none' }, NEW)).toEqual({
      obstacle: 'reasoning_effort cannot be none for this model, which always thinks.',
    });
  });
});
