import { aChannel } from '../../../test/support/catalog-builders';
import { geminiJson } from '../../../test/support/gemini-fixtures';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import { GeminiDecoder } from './answer-decoder';
import { geminiRequest } from './request-body';

const NEW = 'gemini-3-flash-preview';
const OLD = 'gemini-2.5-flash';
const HI = [{ role: 'user', content: 'hi' }];

function asked(operation: 'chat' | 'messages', json: Record<string, unknown>, model = NEW, outputLimit: number | null = null) {
  const reading = CLIENT_SHAPES[operation].read({ model: 'mine', ...json });
  return 'obstacle' in reading ? reading : geminiRequest(reading.conversation, model, outputLimit);
}

const chat = (json: Record<string, unknown>, model?: string) => asked('chat', { messages: HI, ...json }, model);

describe('what Gemini answered reaches it again', () => {
  const { events } = new GeminiDecoder(aChannel('g')).take(geminiJson('whole-calls.json'));
  const frame = { model: 'm', created: 0 };
  const calls = [
    { functionCall: { id: 'fn1', name: 'weather', args: { city: 'Paris', days: 2 } }, thoughtSignature: 'EjQKMgEM' },
    { functionCall: { id: 'call_calls1_1', name: 'now', args: {} } },
  ];
  const results = [
    { functionResponse: { id: 'fn1', name: 'weather', response: { output: 'sunny' } } },
    { functionResponse: { id: 'call_calls1_1', name: 'now', response: { output: 'noon' } } },
  ];

  it('through a chat completion: calls, signature and results', () => {
    const { choices } = JSON.parse(CLIENT_SHAPES.chat.whole(events, frame)) as { choices: [{ message: object }] };
    const answers = ['sunny', 'noon'].map((content, index) => ({ role: 'tool', tool_call_id: calls[index]?.functionCall.id, content }));
    expect(chat({ messages: [...HI, choices[0].message, ...answers] })).toMatchObject({
      body: {
        contents: [{ role: 'user' }, { role: 'model', parts: [{ text: 'I look it up.' }, ...calls] }, { role: 'user', parts: results }],
      },
    });
  });

  it('through a message: calls and results; its signature has no place there, and Google’s word for that takes its place', () => {
    const { content } = JSON.parse(CLIENT_SHAPES.messages.whole(events, frame)) as { content: object[] };
    const answers = ['sunny', 'noon'].map((text, index) => ({
      type: 'tool_result',
      tool_use_id: calls[index]?.functionCall.id,
      content: text,
    }));
    const messages = [...HI, { role: 'assistant', content }, { role: 'user', content: answers }];
    const unsigned = { ...calls[0], thoughtSignature: 'skip_thought_signature_validator' };
    expect(asked('messages', { messages, max_tokens: 100 })).toMatchObject({
      body: {
        contents: [
          { role: 'user' },
          { role: 'model', parts: [{ text: 'I look it up.' }, unsigned, calls[1]] },
          { role: 'user', parts: results },
        ],
        generationConfig: { maxOutputTokens: 100 },
      },
    });
  });

  it('an error of a tool is told as one, and models that sign nothing are sent no signature', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'broken', is_error: true }] },
    ];
    expect(asked('messages', { messages, max_tokens: 100 }, OLD)).toEqual({
      body: {
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [{ functionCall: { id: 't', name: 'f', args: {} } }] },
          { role: 'user', parts: [{ functionResponse: { id: 't', name: 'f', response: { error: 'broken' } } }] },
        ],
        generationConfig: { maxOutputTokens: 100 },
      },
    });
  });
});
