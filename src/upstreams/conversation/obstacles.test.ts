/** Nothing of a request is dropped: what no conversation can say is named. */

import { conversationFromChat } from './from-chat';
import { conversationFromMessages } from './from-messages';

const HI = [{ role: 'user', content: 'hi' }];
const chat = (more: object) => obstacleOf(conversationFromChat({ model: 'm', messages: HI, ...more }));
const messages = (more: object) => obstacleOf(conversationFromMessages({ model: 'm', max_tokens: 9, messages: HI, ...more }));
const said = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const answered = (more: object) => ({ messages: [...HI, { role: 'assistant', content: null, ...more }] });

function obstacleOf(reading: ReturnType<typeof conversationFromChat>): string | null {
  return 'obstacle' in reading ? reading.obstacle : null;
}

describe('a chat', () => {
  it.each([
    [{ anything: 1 }, /^anything has no equivalent/],
    [{ store: true }, /^store /],
    [{ service_tier: 'priority' }, /^service_tier /],
    [{ logit_bias: { 50256: -100 } }, /^logit_bias /],
    [{ modalities: ['text', 'audio'] }, /^modalities /],
    [{ prediction: { type: 'content', content: 'x' } }, /^prediction /],
    [{ web_search_options: {} }, /^web_search_options /],
    [{ functions: [{ name: 'f' }] }, /^functions has no equivalent there: say it with tools\.$/],
    [answered({ function_call: { name: 'f', arguments: '{}' } }), /^messages\[1\]\.function_call .*: say it with tools\.$/],
    [{ tool_choice: { type: 'allowed_tools' } }, /^tool_choice /],
    [{ tools: [{ type: 'function', function: { name: 'f' }, later: 1 }] }, /^tools\[0\]\.later /],
    [{ response_format: { type: 'grammar' } }, /^response_format\.type /],
    [{ response_format: { type: 'text', schema: {} } }, /^response_format\.schema /],
    [{ reasoning_effort: 'a lot' }, /^reasoning_effort /],
    [{ messages: [...HI, { role: 'system', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }, /must be text/],
    [{ messages: [{ role: 'function', name: 'f', content: 'x' }] }, /^messages\[0\]\.role .*: say it with tools\.$/],
    [said({ type: 'video_url' }), /^messages\[0\]\.content\[0\]\.type /],
    [said({ type: 'text', text: 'x', cache: 1 }), /^messages\[0\]\.content\[0\]\.cache /],
    [said({ type: 'file', file: { file_id: 'file-1' } }), /^messages\[0\]\.content\[0\]\.file\.file_id /],
    [said({ type: 'image_url', image_url: { url: 'data:image/png,raw' } }), /must be in base64/],
    [
      said({ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'huge' } }),
      /^messages\[0\]\.content\[0\]\.image_url\.detail /,
    ],
    [answered({ audio: { id: 'a' } }), /^messages\[1\]\.audio /],
    [answered({ content: [{ type: 'text', text: 'x', cache: 1 }] }), /^messages\[1\]\.content\[0\]\.cache /],
    [said({ type: 'text', text: 'x', annotations: [] }), /^messages\[0\]\.content\[0\]\.annotations /],
    [answered({ tool_calls: [{ id: 'c', type: 'custom', custom: {} }] }), /^messages\[1\]\.tool_calls\[0\]\.custom /],
    [{ temperature: 'warm' }, /^temperature must be a number/],
  ])('%j: %s', (more, obstacle) => {
    expect(chat(more)).toMatch(obstacle);
  });

  it('carries what says nothing', () => {
    const idle = { metadata: { a: 'b' }, store: false, service_tier: 'auto', logit_bias: {}, verbosity: 'medium', modalities: ['text'] };
    expect(
      chat({
        ...idle,
        prompt_cache_key: 'x',
        prompt_cache_options: { mode: 'explicit' },
        functions: [],
        tools: null,
        presence_penalty: 0,
        logprobs: false,
        anything: null,
      }),
    ).toBeNull();
  });
});

describe('an object that is asked for', () => {
  it('may have a schema beside its type, as Instructor sends it', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const format = (response_format: object) => conversationFromChat({ model: 'm', messages: HI, response_format });
    expect(format({ type: 'json_object', schema })).toMatchObject({ conversation: { format: { kind: 'schema', schema, strict: false } } });
    expect(format({ type: 'json_object', schema: null })).toMatchObject({ conversation: { format: { kind: 'json' } } });
  });
});

describe('an earlier answer in a chat', () => {
  it('may be marked for a cache, and its calls, as opencode marks them', () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' }, ...mark };
    expect(chat(answered({ tool_calls: [call], ...mark }))).toBeNull();
  });

  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const proof = [{ type: 'reasoning.text', index: 0, text: 'hm', signature: 'c2ln' }];

  it('may have its other members beside its text, as the Agents SDK keeps them, and their proofs count', () => {
    const kept = {
      role: 'assistant',
      refusal: null,
      reasoning_content: 'hm',
      reasoning_details: proof,
      tool_calls: [call],
      annotations: [],
    };
    const extra = { google: { thought_signature: 'sign' } };
    const answer = { content: [{ type: 'text', text: 'so', ...kept }], tool_calls: [call], extra_content: extra };
    const reading = conversationFromChat({ model: 'm', ...answered(answer) });
    expect(reading).toMatchObject({
      conversation: {
        turns: [
          { role: 'user' },
          {
            role: 'assistant',
            parts: [
              { kind: 'reasoning', text: 'hm', signature: 'c2ln' },
              { kind: 'text', text: 'so' },
              { kind: 'tool-call', id: 'c', name: 'f' },
            ],
          },
        ],
      },
    });
  });
});

describe('a request of messages', () => {
  it.each([
    [{ anything: 1 }, /^anything has no equivalent/],
    [{ container: 'c' }, /^container /],
    [{ mcp_servers: [{ name: 'x' }] }, /^mcp_servers /],
    [{ metadata: { user_id: 'u', team: 't' } }, /^metadata\.team /],
    [{ thinking: { type: 'between_tools' } }, /^thinking\.type /],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, /^thinking\.display /],
    [{ output_config: { later: 1 } }, /^output_config\.later /],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, /^tools\[0\]\.type /],
    [{ tools: [{ name: 'f', input_schema: {}, input_examples: [{}] }] }, /^tools\[0\]\.input_examples /],
    [{ messages: [{ role: 'tool', content: 'x' }] }, /^messages\[0\]\.role /],
    [{ messages: [...HI, { role: 'system', content: [{ type: 'image' }] }] }, /^messages\[1\]\.content\[0\]\.type must be text/],
    [said({ type: 'search_result' }), /^messages\[0\]\.content\[0\]\.type /],
    [said({ type: 'document', source: { type: 'content', content: [] } }), /^messages\[0\]\.content\[0\]\.source\.type /],
    [said({ type: 'document', source: { type: 'text', data: 'x' }, context: 'c' }), /^messages\[0\]\.content\[0\]\.context /],
    [said({ type: 'document', source: { type: 'text', data: 'x' }, citations: { enabled: true } }), /\.citations /],
    [{ system: [{ type: 'image' }] }, /^system\[0\]\.type must be text/],
    [{ max_tokens: 0 }, /^max_tokens must be 1 or more there/],
    [{ messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 'x' }] }] }, /^messages\[0\]\.content\[0\]\.type /],
  ])('%j: %s', (more, obstacle) => {
    expect(messages(more)).toMatch(obstacle);
  });

  it('carries what says nothing, the hints for caches among it', () => {
    const cached = { cache_control: { type: 'ephemeral' } };
    const text = { type: 'text', text: 'x', citations: null, ...cached };
    const tools = [{ name: 'f', input_schema: {}, type: 'custom', defer_loading: false, ...cached }];
    expect(
      messages({
        ...said(text),
        ...cached,
        diagnostics: { previous_message_id: null },
        system: [text],
        tools,
        service_tier: 'auto',
        speed: 'standard',
        mcp_servers: [],
      }),
    ).toBeNull();
  });
});
