/** What a conversation keeps on its way through the protocols: every text, call, result, id, tool and signature, in its order. */

import { jsonBody } from '../../../test/support/json-body';
import { fc } from '../../../test/support/properties';
import type { Channel } from '../../routing/catalog';
import { decodeMessage } from '../anthropic/decode';
import { messageRequest } from '../anthropic/message-request';
import { chatRequest } from '../openai/chat-request';
import { decodeChat } from '../openai/decode-chat';
import type { AnswerEvent } from './answer-event';
import { CLIENT_SHAPES } from './client-shapes';
import type { Conversation } from './conversation';

const channel = { baseUrl: 'https://compatible.example/v1' } as Channel;
const CALL = {
  operation: 'chat' as const,
  channel,
  upstreamModel: 'theirs',
  stream: false,
  outputLimit: null,
  outputBound: 512,
  body: jsonBody('{}'),
};
const FRAME = { model: 'theirs', created: 1 };

function conversationOf(shape: 'chat' | 'messages', json: object): Conversation {
  const reading = CLIENT_SHAPES[shape].read(JSON.parse(JSON.stringify(json)) as Record<string, unknown>);
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return reading.conversation;
}

const text = fc.string({ minLength: 1 });
/** Of nothing but spaces, Anthropic takes none beside others, nor of an assistant: those are left out. */
const word = text.filter((each) => each.trim() !== '');
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
/** All of their members are named, and always there: others are not strict for every provider. */
const CLOSED = { type: 'object', additionalProperties: false };
const schema = fc.constantFrom(
  { ...CLOSED, properties: { a: { type: 'string' } }, required: ['a'] },
  { ...CLOSED, properties: {}, required: [] },
);
const args = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 3 });
const tool = fc.record({ name: id, description: text, parameters: schema, strict: fc.boolean() });
const image = fc.record({ mediaType: fc.constantFrom('image/png', 'image/jpeg'), data: fc.constantFrom('aGk=', 'eA==') });

/** What one asks and the other answers, as a chat: a call has its result behind it. */
const exchange = fc
  .record({
    asked: fc.array(fc.oneof(word, image), { minLength: 1, maxLength: 3 }),
    said: fc.option(word),
    calls: fc.array(fc.tuple(id, id, args, word), { maxLength: 2 }),
    closing: word,
  })
  .map(({ asked, said, calls, closing }) => {
    const parts = asked.map((part) =>
      typeof part === 'string'
        ? { type: 'text', text: part }
        : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
    );
    const made = calls.map(([callId, name, input]) => ({
      id: callId,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    const results = calls.map(([callId, , , content]) => ({ role: 'tool', tool_call_id: callId, content }));
    const called = made.length === 0 ? [] : [{ role: 'assistant', content: said, tool_calls: made }, ...results];
    return [{ role: 'user', content: parts }, ...called, { role: 'assistant', content: closing }];
  });
const chat = fc.record({
  model: fc.constant('mine'),
  messages: fc
    .tuple(fc.array(exchange, { minLength: 1, maxLength: 3 }), fc.option(word), text)
    .map(([all, system, last]) => [
      ...(system === null ? [] : [{ role: 'system', content: system }]),
      ...all.flat(),
      { role: 'user', content: last },
    ]),
  tools: fc.array(
    tool.map((made) => ({ type: 'function', function: made })),
    { minLength: 1, maxLength: 2 },
  ),
  tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'x' } }),
  parallel_tool_calls: fc.constantFrom(false, undefined),
  stop: fc.array(word, { minLength: 1, maxLength: 3 }),
  temperature: fc.constantFrom(0, 0.5, 1),
  top_p: fc.constantFrom(0.1, 0.9),
  max_tokens: fc.integer({ min: 1, max: 4_000 }),
  user: id,
});

describe('a conversation', () => {
  it('is the same after it was written as messages, read, written as a chat, and read again', () => {
    fc.assert(
      fc.property(chat, (asked) => {
        const original = conversationOf('chat', asked);
        const asMessages = conversationOf('messages', JSON.parse(messageRequest(original, CALL)));
        const back = conversationOf('chat', JSON.parse(chatRequest(asMessages, CALL)));
        expect({ ...back, parallelToolCalls: null }).toEqual({
          ...original,
          parallelToolCalls: null,
        });
      }),
    );
  });

  it('keeps thoughts and what proves them, where the provider that signed them is asked again', () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: 'c2ln' };
    const sealed = { type: 'redacted_thinking', data: 'eA==' };
    const answered = CLIENT_SHAPES.chat.whole(decodeMessage({ content: [thinking, sealed, { type: 'text', text: 'so' }] }).events, FRAME);
    const { message } = (JSON.parse(answered) as { choices: [{ message: object }] }).choices[0];
    const again = conversationOf('chat', { messages: [{ role: 'user', content: 'x' }, message, { role: 'user', content: 'y' }] });
    expect(JSON.parse(messageRequest(again, CALL)).messages[1].content).toEqual([thinking, sealed, { type: 'text', text: 'so' }]);
    expect(chatRequest(again, CALL)).not.toContain('c2ln');
  });

  it('takes an answer of Mistral back, whose thoughts stand in the list of its content, and gives them to no other provider', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }], closed: true };
    const answered = { role: 'assistant', content: [thinking, { type: 'text', text: 'so' }] };
    const again = conversationOf('chat', { messages: [{ role: 'user', content: 'x' }, answered, { role: 'user', content: 'y' }] });
    expect(again.turns[1]?.parts).toEqual([
      { kind: 'reasoning', text: 'hm', signature: null, redacted: null },
      { kind: 'text', text: 'so' },
    ]);
    expect(JSON.parse(messageRequest(again, CALL)).messages[1].content).toEqual([{ type: 'text', text: 'so' }]);
    expect(JSON.parse(chatRequest(again, CALL)).messages[1]).toEqual({ role: 'assistant', content: 'so' });
  });
});

const answerText = fc.string({ minLength: 1 });
const answer = fc
  .record({ said: fc.option(answerText), thought: fc.option(answerText), calls: fc.array(fc.tuple(id, id, args), { maxLength: 3 }) })
  .filter(({ said, calls }) => said !== null || calls.length > 0)
  .map(({ said, thought, calls }): AnswerEvent[] => [
    { kind: 'head', id: 'a1', model: 'm' },
    ...(thought === null ? [] : [{ kind: 'reasoning', text: thought } as const]),
    ...(said === null ? [] : [{ kind: 'text', text: said } as const]),
    ...calls.flatMap(([callId, name, input], call) => [
      { kind: 'tool-call-begin', call, id: callId, name } as const,
      { kind: 'tool-call-arguments', call, text: JSON.stringify(input) } as const,
    ]),
    { kind: 'stop', cause: calls.length > 0 ? 'tool-calls' : 'complete', sequence: null },
    {
      kind: 'usage',
      usage: { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 7, reasoningTokens: 2, source: 'PROVIDER' },
    },
  ]);

describe('an answer', () => {
  const sorted = (events: readonly AnswerEvent[]) => [...events].sort((one, other) => one.kind.localeCompare(other.kind));

  it('says the same after it was written in either shape and read again', () => {
    fc.assert(
      fc.property(answer, (events) => {
        const asChat = decodeChat(JSON.parse(CLIENT_SHAPES.chat.whole(events, FRAME)));
        const asMessage = decodeMessage(JSON.parse(CLIENT_SHAPES.messages.whole(events, FRAME)));
        const expected = sorted(events.filter((each) => each.kind !== 'tool-call-arguments' || each.text !== '{}'));
        const withoutEmpty = (read: readonly AnswerEvent[]) =>
          sorted(read.filter((each) => each.kind !== 'tool-call-arguments' || each.text !== '{}'));
        expect(withoutEmpty(asMessage.events)).toEqual(expected);
        expect(withoutEmpty(asChat.events)).toEqual(expected);
      }),
    );
  });
});
