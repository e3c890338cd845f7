/** What Anthropic's Messages answer, as scripts of the scripted upstream: shapes as its documentation shows them. */
import type { Script } from './script';

export interface MessageUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
}

export interface MessageParts {
  readonly content: readonly MessageBlock[];
  readonly usage: MessageUsage | null;
  readonly stop?: string;
  readonly sequence?: string;
  readonly model?: string;
}

export type MessageBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

export const text = (said: string): MessageBlock => ({ type: 'text', text: said });

export function message({ content, usage, stop = 'end_turn', sequence, model = 'claude-theirs' }: MessageParts): Record<string, unknown> {
  const ended = { stop_reason: stop, stop_sequence: sequence ?? null };
  return { id: 'msg_01theirs', type: 'message', role: 'assistant', model, content, ...ended, ...(usage && { usage }) };
}

export function wholeMessage(parts: MessageParts): Script {
  return { raw: [JSON.stringify(message(parts))] };
}

/** The events of a message, one write each. `ends` false: it never says why it stopped. */
export function messageEvents(
  { content, usage, stop = 'end_turn', sequence, model = 'claude-theirs' }: MessageParts,
  ends = true,
): string[] {
  const started = message({ content: [], usage: usage && { ...usage, output_tokens: 1 }, model });
  return [
    event('message_start', { message: { ...started, stop_reason: null } }),
    event('ping', {}),
    ...content.flatMap(blockEvents),
    ...(ends ? [delta(stop, sequence, usage), event('message_stop', {})] : []),
  ];
}

export function streamedMessage(parts: MessageParts): Script {
  return { raw: messageEvents(parts) };
}

/** An error as Anthropic tells it, of that status. */
export function messageError(status: number, type: string, said: string): Script {
  return { status, error: JSON.stringify({ type: 'error', error: { type, message: said }, request_id: 'req_theirs' }) };
}

export function event(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function delta(stop: string, sequence: string | undefined, usage: MessageUsage | null): string {
  const said = { delta: { stop_reason: stop, stop_sequence: sequence ?? null } };
  return event('message_delta', { ...said, ...(usage && { usage: { output_tokens: usage.output_tokens } }) });
}

function blockEvents(block: MessageBlock, index: number): string[] {
  const deltas = deltasOf(block).map((each) => event('content_block_delta', { index, delta: each }));
  return [event('content_block_start', { index, content_block: begun(block) }), ...deltas, event('content_block_stop', { index })];
}

function begun(block: MessageBlock): object {
  if (block.type === 'text') return { ...block, text: '' };
  if (block.type === 'thinking') return { ...block, thinking: '', signature: '' };
  return block.type === 'tool_use' ? { ...block, input: {} } : block;
}

function deltasOf(block: MessageBlock): object[] {
  if (block.type === 'text') return pieces(block.text).map((piece) => ({ type: 'text_delta', text: piece }));
  if (block.type === 'thinking') {
    const thoughts = pieces(block.thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece }));
    return [...thoughts, { type: 'signature_delta', signature: block.signature }];
  }
  if (block.type === 'redacted_thinking') return [];
  const json = JSON.stringify(block.input);
  return ['', json.slice(0, 5), json.slice(5)].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

function pieces(said: string): string[] {
  return said.match(/\s*\S+\s*/g) ?? [];
}
