/** Writes a whole answer as a message of Anthropic's. Streams: `message-events.ts`. */
import { newId } from '../../kernel/ids';
import type { Usage } from '../../metering/usage';
import { parseRecord } from '../json';
import type { AnswerEvent, StopCause } from './answer-event';
import type { AnswerFrame } from './client-shape';
import { printedJson, RawJson } from './raw-json';

/** How a message tells why it ended. */
export const STOP_REASONS: Readonly<Record<StopCause, string>> = {
  complete: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  filtered: 'refusal',
  refused: 'refusal',
  paused: 'pause_turn',
};

/** `usage` as messages tell it: input without what was read from a cache or written to it. */
export function messageUsage(usage: Usage): Record<string, unknown> {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return {
    input_tokens: inputTokens - cachedInputTokens - cacheWriteTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
    ...(reasoningTokens > 0 && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
  };
}

/** For an answer whose provider gave it no id. */
export function messageId(): string {
  return `msg_${newId()}`;
}

type Block =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'redacted_thinking'; data: string }
  | { type: 'tool_use'; id: string; name: string; input: string };

export function wholeMessage(events: readonly AnswerEvent[], frame: AnswerFrame): string {
  const content = new Content();
  let head: { id: string | null; model: string | null } = { id: null, model: null };
  let usage: Usage | null = null;
  let stop: { cause: StopCause; sequence: string | null } = { cause: 'complete', sequence: null };
  for (const event of events) {
    if (event.kind === 'head') head = event;
    else if (event.kind === 'usage') usage = event.usage;
    else if (event.kind === 'stop') stop = event;
    else content.add(event);
  }
  return printedJson({
    id: head.id ?? messageId(),
    type: 'message',
    role: 'assistant',
    model: head.model ?? frame.model,
    content: content.blocks.map(finished),
    stop_reason: STOP_REASONS[stop.cause],
    stop_sequence: stop.sequence,
    ...(usage !== null && { usage: messageUsage(usage) }),
  });
}

/** The blocks of an answer, in their order. */
class Content {
  readonly blocks: Block[] = [];
  private readonly calls: { input: string }[] = [];

  add(event: Exclude<AnswerEvent, { kind: 'head' | 'usage' | 'stop' }>): void {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        this.text().text += event.text;
        return;
      case 'reasoning':
        this.thinking().thinking += event.text;
        return;
      case 'reasoning-signature':
        this.thinking().signature = event.signature;
        return;
      case 'redacted-reasoning':
        this.blocks.push({ type: 'redacted_thinking', data: event.data });
        return;
      case 'tool-call-begin': {
        const block = { type: 'tool_use' as const, id: event.id, name: event.name, input: '' };
        this.calls[event.call] = block;
        this.blocks.push(block);
        return;
      }
      case 'tool-call-arguments': {
        const call = this.calls[event.call];
        if (call !== undefined) call.input += event.text;
      }
    }
  }

  private text(): { text: string } {
    const last = this.blocks.at(-1);
    if (last?.type === 'text') return last;
    const block: Block = { type: 'text', text: '' };
    this.blocks.push(block);
    return block;
  }

  private thinking(): { thinking: string; signature: string } {
    const last = this.blocks.at(-1);
    if (last?.type === 'thinking' && last.signature === '') return last;
    const block: Block = { type: 'thinking', thinking: '', signature: '' };
    this.blocks.push(block);
    return block;
  }
}

/** Who makes a call, as clients are told of it: the model itself, and no code of its own. */
export const DIRECT = { type: 'direct' } as const;

/** Arguments that are no JSON object are what the model wrote all the same: a client sees them in `input` as they are. */
function finished(block: Block): object {
  if (block.type !== 'tool_use') return block;
  return { ...block, caller: DIRECT, input: inputOf(block.input) };
}

function inputOf(text: string): unknown {
  if (text === '') return {};
  return parseRecord(text) === undefined ? text : new RawJson(text);
}
