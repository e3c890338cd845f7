/** Anthropic's messages. */
import type { Script } from '../script';
import { errorOf, type Piece, type PlannedAnswer, plainText } from '../scripted-answer';
import { countsOf, type Dialect, halves, wordsIn } from './dialect';

type Block = Readonly<Record<string, unknown>>;
const STOP_REASONS: Readonly<Record<string, string>> = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' };

export const messages: Dialect = {
  idHeader: 'request-id',
  asked(_path, body) {
    const turns = (body['messages'] ?? []) as { role: string; content: unknown }[];
    const said = turns.map(({ role, content }) => ({ role, content: textsOf(content) }));
    const system = { role: 'system', content: plainText(body['system']) };
    const limit = body['max_tokens'] as number | undefined;
    return { model: String(body['model']), messages: [system, ...said], stream: body['stream'] === true, max_tokens: limit };
  },
  whole: (answer, script) => JSON.stringify({ ...headOf(answer, script), content: blocksOf(answer, script), ...endOf(answer) }),
  *pieces(answer, _request, script) {
    const usage = { ...usageOf(answer, script), output_tokens: 1 };
    yield event('message_start', { message: { ...headOf(answer, script), content: [], stop_reason: null, stop_sequence: null, usage } });
    for (const [index, block] of blocksOf(answer, script).entries()) yield* blockPieces(index, block, answer);
    yield event('message_delta', { delta: endOf(answer), usage: { output_tokens: answer.completionTokens } });
    yield event('message_stop', {});
  },
  error: errorBody,
  errorEvent: (script) => event('error', errorBody(script)).bytes as string,
};

function* blockPieces(index: number, block: Block, { words }: PlannedAnswer): Generator<Piece> {
  const { type, thinking, signature, input } = block;
  const start = type === 'text' ? { text: '' } : type === 'thinking' ? { thinking: '', signature: '' } : { input: {} };
  yield event('content_block_start', { index, content_block: { ...block, ...start } }, type === 'tool_use' ? 1 : 0);
  const delta = (fields: object, tokens = 0) => event('content_block_delta', { index, delta: fields }, tokens);
  if (type === 'text') for (const word of words) yield delta({ type: 'text_delta', text: word }, 1);
  if (type === 'thinking') {
    yield delta({ type: 'thinking_delta', thinking }, wordsIn(String(thinking)));
    yield delta({ type: 'signature_delta', signature });
  }
  if (type === 'tool_use') for (const half of halves(JSON.stringify(input))) yield delta({ type: 'input_json_delta', partial_json: half });
  yield event('content_block_stop', { index });
}

function headOf(answer: PlannedAnswer, script: Script) {
  return { id: `msg_${answer.id}`, type: 'message', role: 'assistant', model: answer.model, usage: usageOf(answer, script) };
}

function endOf({ finishReason }: PlannedAnswer) {
  return { stop_reason: STOP_REASONS[finishReason] ?? finishReason, stop_sequence: null };
}

/** What was read from a cache stands beside the input here, not in it. */
function usageOf(answer: PlannedAnswer, script: Script) {
  const { input, output, cached } = countsOf(answer, script);
  return { input_tokens: input - cached, cache_creation_input_tokens: 0, cache_read_input_tokens: cached, output_tokens: output };
}

function blocksOf({ words }: PlannedAnswer, { toolCalls, reasoning }: Script): Block[] {
  const thinking = reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning, signature: 'c2lnbmVk' }];
  if (toolCalls === undefined) return [...thinking, { type: 'text', text: words.join('') }];
  const calls = toolCalls.map((call, index) => ({
    type: 'tool_use',
    caller: { type: 'direct' },
    id: `toolu_${index}`,
    name: call.name,
    input: JSON.parse(call.arguments) as object,
  }));
  return [...thinking, ...calls];
}

function errorBody(script: Script) {
  const { message = '', type = '' } = errorOf(script) as { message?: string; type?: string };
  return { type: 'error', error: { type, message } };
}

function event(type: string, fields: object, tokens = 0): Piece {
  return { bytes: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`, tokens };
}

/** The texts of blocks, and of the results of tools in them. */
function textsOf(content: unknown): string {
  if (!Array.isArray(content)) return plainText(content);
  return content.map((block: { content?: unknown }) => plainText([block]) || plainText(block.content)).join(' ');
}
