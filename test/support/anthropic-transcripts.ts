/**
 * Answers of Anthropic's Messages in the shapes that its documentation records: the bytes of streams, and whole bodies. What each of them
 * says stands beside it.
 */
const frames = (...events: readonly (readonly [name: string, data: string])[]) =>
  events.map(([name, data]) => `event: ${name}\ndata: ${data}\n\n`).join('');

const start = (usage: string, model = 'claude-sonnet-4-5-20250929') =>
  [
    'message_start',
    `{"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","model":"${model}","content":[],"stop_reason":null,"stop_sequence":null,"usage":${usage}}}`,
  ] as const;
const stop = ['message_stop', '{"type":"message_stop"}'] as const;
const ping = ['ping', '{"type": "ping"}'] as const;
const block = (index: number, content: string) =>
  ['content_block_start', `{"type":"content_block_start","index":${index},"content_block":${content}}`] as const;
const delta = (index: number, content: string) =>
  ['content_block_delta', `{"type":"content_block_delta","index":${index},"delta":${content}}`] as const;
const end = (index: number) => ['content_block_stop', `{"type":"content_block_stop","index":${index}}`] as const;
const ended = (reason: string, usage: string, sequence = 'null') =>
  ['message_delta', `{"type":"message_delta","delta":{"stop_reason":"${reason}","stop_sequence":${sequence}},"usage":${usage}}`] as const;

const TEXT = '{"type":"text","text":""}';

/** "Hello!", 25 tokens in and 15 out. */
export const TEXT_STREAM = frames(
  start('{"input_tokens":25,"output_tokens":1}'),
  block(0, TEXT),
  ping,
  delta(0, '{"type":"text_delta","text":"Hello"}'),
  delta(0, '{"type":"text_delta","text":"!"}'),
  end(0),
  ended('end_turn', '{"output_tokens":15}'),
  stop,
);

/** A text, and a call whose arguments come in pieces, the first of them empty. */
export const TOOL_STREAM = frames(
  start('{"input_tokens":472,"output_tokens":2}'),
  block(0, TEXT),
  ping,
  delta(0, '{"type":"text_delta","text":"Okay, let\'s check:"}'),
  end(0),
  block(1, '{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}}'),
  delta(1, '{"type":"input_json_delta","partial_json":""}'),
  delta(1, '{"type":"input_json_delta","partial_json":"{\\"location\\":"}'),
  delta(1, '{"type":"input_json_delta","partial_json":" \\"San"}'),
  delta(1, '{"type":"input_json_delta","partial_json":" Francisco\\"}"}'),
  end(1),
  block(2, '{"type":"tool_use","id":"toolu_02","name":"get_time","input":{}}'),
  end(2),
  ended('tool_use', '{"output_tokens":89}'),
  stop,
);

/** Thoughts with the signature that proves them, sealed ones, and a text. */
export const THINKING_STREAM = frames(
  start('{"input_tokens":40,"output_tokens":1}'),
  block(0, '{"type":"thinking","thinking":"","signature":""}'),
  delta(0, '{"type":"thinking_delta","thinking":"First, "}'),
  delta(0, '{"type":"thinking_delta","thinking":"27 * 453."}'),
  delta(0, '{"type":"signature_delta","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h"}'),
  end(0),
  block(1, '{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}'),
  end(1),
  block(2, TEXT),
  delta(2, '{"type":"text_delta","text":"12231"}'),
  end(2),
  ended('end_turn', '{"output_tokens":60,"output_tokens_details":{"thinking_tokens":45}}'),
  stop,
);

/** Cut at the output limit; most of the input came from a cache, and some was written to it. The last usage says all again. */
export const CACHED_STREAM = frames(
  start(
    '{"input_tokens":21,"cache_creation_input_tokens":188,"cache_read_input_tokens":1800,"cache_creation":{"ephemeral_5m_input_tokens":188,"ephemeral_1h_input_tokens":0},"output_tokens":3,"service_tier":"standard"}',
  ),
  block(0, TEXT),
  delta(0, '{"type":"text_delta","text":"And then"}'),
  end(0),
  ended('max_tokens', '{"input_tokens":21,"cache_creation_input_tokens":188,"cache_read_input_tokens":1800,"output_tokens":64}'),
  stop,
);

/** The model would not. */
export const REFUSAL_STREAM = frames(
  start('{"input_tokens":564,"output_tokens":1}'),
  block(0, TEXT),
  delta(0, '{"type":"text_delta","text":"I must"}'),
  end(0),
  ended('refusal', '{"output_tokens":6}'),
  stop,
);

/** Overloaded in the middle. */
export const ERROR_STREAM = frames(
  start('{"input_tokens":25,"output_tokens":1}'),
  block(0, TEXT),
  delta(0, '{"type":"text_delta","text":"Hello"}'),
  ['error', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
);

/** The message that `THINKING_STREAM` and `TOOL_STREAM` could be one of, whole. */
export const WHOLE_MESSAGE = {
  id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [
    { type: 'thinking', thinking: 'First, 27 * 453.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
    { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' },
    { type: 'text', text: '12231' },
    { type: 'tool_use', id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', name: 'get_weather', input: { location: 'San Francisco' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: {
    input_tokens: 21,
    cache_creation_input_tokens: 188,
    cache_read_input_tokens: 1_800,
    output_tokens: 60,
    output_tokens_details: { thinking_tokens: 45 },
  },
};
