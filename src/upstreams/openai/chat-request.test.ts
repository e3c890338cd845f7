import { jsonBody } from '../../../test/support/json-body';
import type { Channel } from '../../routing/catalog';
import { conversationFromMessages } from '../conversation/from-messages';
import { chatRequest, lackOfChat } from './chat-request';

const channel = { baseUrl: 'https://compatible.example/v1' } as Channel;
const CALL = {
  operation: 'messages' as const,
  channel,
  upstreamModel: 'theirs',
  stream: false,
  outputLimit: null,
  outputBound: 9,
  body: jsonBody('{}'),
};
const HI = [{ role: 'user', content: 'hi' }];

function conversation(more: object) {
  const reading = conversationFromMessages({ model: 'm', max_tokens: 9, messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return reading.conversation;
}

const sent = (more: object, call: Partial<typeof CALL> = {}) =>
  JSON.parse(chatRequest(conversation(more), { ...CALL, ...call })) as Record<string, unknown>;

describe('a request of messages as a chat', () => {
  it('names the output limit as its model takes it, and asks a stream for its usage', () => {
    expect(sent({}, { stream: true })).toMatchObject({ max_tokens: 9, stream: true, stream_options: { include_usage: true } });
    expect(sent({}, { upstreamModel: 'gpt-5-mini' })).toMatchObject({ max_completion_tokens: 9 });
  });

  it('says nothing to Mistral that it refuses for not knowing it', () => {
    const toMistral = sent({ metadata: { user_id: 'u' } }, { stream: true, channel: { baseUrl: 'https://api.mistral.ai/v1' } as Channel });
    expect(toMistral).toMatchObject({ stream: true });
    expect(['user', 'stream_options'].filter((name) => name in toMistral)).toEqual([]);
    expect(sent({ metadata: { user_id: 'u' } })).toMatchObject({ user: 'u' });
  });

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2_000 } }, 'low'],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium'],
    [{ thinking: { type: 'enabled', budget_tokens: 60_000 } }, 'high'],
    [{ thinking: { type: 'adaptive' } }, 'high'],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }, 'low'],
    [{ output_config: { effort: 'max' } }, 'xhigh'],
    [{ thinking: { type: 'disabled' } }, undefined],
    [{}, undefined],
  ])('%j asks for the effort %s', (more, effort) => {
    expect(sent(more)['reasoning_effort']).toBe(effort);
  });

  it('leaves out turns that were nothing but thoughts, and the ids of users that are too long', () => {
    const thought = {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 's' },
        { type: 'redacted_thinking', data: 'x' },
      ],
    };
    const asked = sent({ messages: [...HI, thought, ...HI], metadata: { user_id: 'u'.repeat(65) } });
    expect(asked['messages']).toEqual([...HI, ...HI]);
    expect(sent({ messages: [...HI, { role: 'assistant', content: [] }, ...HI] })['messages']).toEqual([
      { role: 'user', content: [...HI, ...HI].map(({ content: text }) => ({ type: 'text', text })) },
    ]);
    expect(asked).not.toHaveProperty('user');
    expect(sent({ metadata: { user_id: 'someone' } })).toMatchObject({ user: 'someone' });
  });

  it('says nothing of tools where there are none', () => {
    expect(sent({ tool_choice: { type: 'auto', disable_parallel_tool_use: true } })).toEqual({
      model: 'theirs',
      messages: HI,
      max_tokens: 9,
    });
  });

  it('carries files and pictures', () => {
    const content = [
      { type: 'image', source: { type: 'url', url: 'https://example.test/a.png' } },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'eA==' } },
    ];
    expect(sent({ messages: [{ role: 'user', content }] })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,eA==' } },
        ],
      },
    ]);
  });

  it('has a document that is a text as one, behind its title', () => {
    const content = [
      { type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'all of it' } },
      { type: 'text', text: 'sum it up' },
    ];
    const texts = ['Notes', 'all of it', 'sum it up'].map((text) => ({ type: 'text', text }));
    expect(sent({ messages: [{ role: 'user', content }] })['messages']).toEqual([{ role: 'user', content: texts }]);
  });

  it('has the pictures and files of results behind all results, and before what else was said', () => {
    const call = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} });
    const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'eA==' } };
    const notes = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' } };
    const content = [
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'seen' }, picture, notes] },
      { type: 'tool_result', tool_use_id: 'b', content: 'nothing', is_error: true },
      { type: 'text', text: 'well?' },
    ];
    expect(sent({ messages: [...HI, { role: 'assistant', content: [call('a'), call('b')] }, { role: 'user', content }] })).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', tool_call_id: 'a', content: 'seen\nnotes\n(image: behind the results)' },
        { role: 'tool', tool_call_id: 'b', content: 'Error: nothing' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'From the result of a:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,eA==' } },
            { type: 'text', text: 'well?' },
          ],
        },
      ],
    });
  });

  const TOOLS = { tools: [{ name: 'f', input_schema: { type: 'object', properties: {}, additionalProperties: false } }] };
  const HARD = { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } };
  const OPENAI = { channel: { baseUrl: 'https://api.openai.com/v1' } as Channel };

  it.each(['gpt-4.1', 'openai/gpt-4o-mini', 'gpt-3.5-turbo', 'chatgpt-4o-latest'])('tells %s of no effort: it does not think', (model) => {
    expect(sent({ ...HARD, ...TOOLS }, { upstreamModel: model })).not.toHaveProperty('reasoning_effort');
  });

  it('has models of OpenAI that take tools only without thoughts go without, there alone and with tools alone', () => {
    for (const upstreamModel of ['gpt-5.2', 'gpt-5.4-mini', 'gpt-5.6-terra']) {
      expect(sent({ ...HARD, ...TOOLS }, { ...OPENAI, upstreamModel })['reasoning_effort']).toBe('none');
      expect(sent(TOOLS, { ...OPENAI, upstreamModel })['reasoning_effort']).toBe('none');
      expect(sent(HARD, { ...OPENAI, upstreamModel })['reasoning_effort']).toBe('high');
      expect(sent({ ...HARD, ...TOOLS }, { upstreamModel })['reasoning_effort']).toBe('high');
    }
    for (const upstreamModel of ['gpt-5', 'gpt-5.1', 'o4-mini', 'gpt-41']) {
      expect(sent({ ...HARD, ...TOOLS }, { ...OPENAI, upstreamModel })['reasoning_effort']).toBe('high');
    }
  });

  it('is strict where OpenAI can be, and not where a member may be left out or others may come', () => {
    const schema = (more: object) => ({ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false, ...more });
    const closed = schema({ required: ['a'] });
    const inside = { type: 'array', items: { anyOf: [{ type: 'null' }, closed] } };
    for (const [made, strict] of [
      [closed, true],
      [inside, true],
      [{ $defs: { a: closed }, $ref: '#/$defs/a' }, true],
      [schema({}), false],
      [schema({ required: ['a'], additionalProperties: true }), false],
      [{ type: 'object' }, false],
      [{ type: 'array', items: { anyOf: [schema({})] } }, false],
      [{ $defs: { a: schema({}) }, $ref: '#/$defs/a' }, false],
      [schema({ required: ['a'], properties: { a: { allOf: [closed] } } }), false],
      [{ type: 'array', items: { anyOf: [{ not: { type: 'null' } }] } }, false],
      [schema({ required: ['allOf'], properties: { allOf: { type: 'string' } } }), true],
    ] as const) {
      expect(sent({ output_config: { format: { type: 'json_schema', schema: made } } })).toMatchObject({
        response_format: { json_schema: { schema: made, strict } },
      });
      const [tool] = sent({ tools: [{ name: 'f', input_schema: made, strict: true }] })['tools'] as { function: object }[];
      expect('strict' in (tool?.function ?? {})).toBe(strict);
    }
  });

  it('has an instruction in the middle where it stood, behind the results of calls', () => {
    const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: {} }] };
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'x' }] };
    const rule = (content: unknown) => ({ role: 'system', content });
    const messages = [...HI, rule('be kind'), ...HI, call, result, rule([{ type: 'text', text: 'be brief' }])];
    expect(sent({ messages })['messages']).toMatchObject([
      ...HI,
      { role: 'system', content: 'be kind' },
      ...HI,
      { role: 'assistant' },
      { role: 'tool' },
      { role: 'system', content: 'be brief' },
    ]);
  });

  it.each([
    [{ top_k: 4 }, /^top_k /],
    [
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://example.test/a.pdf' } }] }] },
      /document of type url/,
    ],
  ])('%j has no words there', (more, words) => {
    expect(lackOfChat(conversation(more))).toMatch(words);
  });
});
