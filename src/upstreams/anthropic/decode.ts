/** What Anthropic's answers say: a whole message, or the events of a stream. */
import type { EventSourceMessage } from 'eventsource-parser';
import { isRecord } from '../../kernel/record';
import { tokenCount } from '../../metering/usage';
import type { Channel } from '../../routing/catalog';
import type { AnswerEvent, Decoded, StopCause } from '../conversation/answer-event';
import type { StreamDecoder } from '../conversation/event-answer';
import { MALFORMED } from '../failure';
import { type JsonRecord, parseRecord, recordOf, textOf } from '../json';
import { errorIn, providerError } from '../provider-error';
import { mergedUsage, readMessageUsage } from './usage';

const STOP_CAUSES: Readonly<Record<string, StopCause>> = {
  end_turn: 'complete',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refused',
  pause_turn: 'paused',
};

const NOTHING: Decoded = { events: [] };

/** A failure: it is no message. */
export function decodeMessage(json: JsonRecord): Decoded {
  const { content } = json;
  if (!Array.isArray(content) || json['type'] === 'error' || isNothing(json, content)) return { events: [], failure: MALFORMED };
  const events = [headOf(json)];
  const calls = { count: 0 };
  for (const block of content) events.push(...blockEvents(recordOf(block), calls));
  return { events: [...events, ...usageEvents(json['usage']), ...stopEvents(json)] };
}

/** An answer may be empty, but it says why it ended or what it used, and holds no error. */
function isNothing(json: JsonRecord, content: readonly unknown[]): boolean {
  if (content.length > 0) return false;
  return errorIn(json) !== undefined || (typeof json['stop_reason'] !== 'string' && readMessageUsage(json['usage']) === undefined);
}

/** An error in place of an event, whichever of the two is named so. Whoever refuses may do it in the message that begins. */
function errorOf(json: JsonRecord, name: string | undefined): unknown {
  return errorIn(json) ?? errorIn(recordOf(json['message'])) ?? (name === 'error' || json['type'] === 'error' ? json : undefined);
}

function headOf({ id, model }: JsonRecord): AnswerEvent {
  return { kind: 'head', id: textOf(id) || null, model: textOf(model) || null };
}

function blockEvents(block: JsonRecord, calls: { count: number }): AnswerEvent[] {
  switch (block['type']) {
    case 'text':
      return textEvents(block['text']);
    case 'thinking': {
      const signature = textOf(block['signature']);
      return [...thoughtEvents(block['thinking']), ...(signature === '' ? [] : [{ kind: 'reasoning-signature' as const, signature }])];
    }
    case 'redacted_thinking':
      return [{ kind: 'redacted-reasoning', data: textOf(block['data']) }];
    case 'tool_use':
      return callEvents(block, calls);
    default:
      // Blocks of hosted tools, which no request that is served can ask for.
      return [];
  }
}

function callEvents({ id, name, input }: JsonRecord, calls: { count: number }): AnswerEvent[] {
  const call = calls.count;
  calls.count += 1;
  const begin = { kind: 'tool-call-begin', call, id: textOf(id), name: textOf(name) } as const;
  const text = argumentsOf(input);
  return text === '' ? [begin] : [begin, { kind: 'tool-call-arguments', call, text }];
}

/** In a stream they come behind it, and there is no member yet. Some servers begin with a text, as they go on. */
function argumentsOf(input: unknown): string {
  if (typeof input === 'string') return input;
  const isEmpty = isRecord(input) && Object.keys(input).length === 0;
  return isEmpty || input === undefined || input === null ? '' : JSON.stringify(input);
}

function textEvents(text: unknown): AnswerEvent[] {
  return textOf(text) === '' ? [] : [{ kind: 'text', text: textOf(text) }];
}

function thoughtEvents(text: unknown): AnswerEvent[] {
  return textOf(text) === '' ? [] : [{ kind: 'reasoning', text: textOf(text) }];
}

function usageEvents(sent: unknown): Extract<AnswerEvent, { kind: 'usage' }>[] {
  const usage = readMessageUsage(sent);
  return usage === undefined ? [] : [{ kind: 'usage', usage }];
}

function stopEvents({ stop_reason: reason, stop_sequence: sequence }: JsonRecord): AnswerEvent[] {
  if (typeof reason !== 'string') return [];
  return [{ kind: 'stop', cause: STOP_CAUSES[reason] ?? 'complete', sequence: textOf(sequence) || null }];
}

/** One for each stream. */
export class MessageStreamDecoder implements StreamDecoder {
  private usage: unknown;
  private readonly calls = { count: 0 };
  /** The call of each block. */
  private readonly callOfBlock = new Map<unknown, number>();

  constructor(private readonly channel: Channel) {}

  take({ data, event }: EventSourceMessage): Decoded {
    const json = parseRecord(data);
    if (json === undefined) return { events: [], failure: MALFORMED };
    const error = errorOf(json, event);
    if (error !== undefined) return { events: [], failure: providerError(error, this.channel) };
    switch (json['type']) {
      case 'message_start':
        return { events: this.start(recordOf(json['message'])) };
      case 'content_block_start':
        return { events: this.block(json) };
      case 'content_block_delta':
        return { events: this.delta(json) };
      case 'message_delta':
        return { events: [...this.used(json['usage'], false), ...stopEvents(recordOf(json['delta']))] };
      case 'message_stop':
        return { events: [], ended: true };
      default:
        // Pings, the ends of blocks, and what later versions add.
        return NOTHING;
    }
  }

  private start(message: JsonRecord): AnswerEvent[] {
    return [headOf(message), ...this.used(message['usage'], true)];
  }

  /** Only what comes with the end counts all output. */
  private used(sent: unknown, atStart: boolean): AnswerEvent[] {
    if (!isRecord(sent)) return [];
    this.usage = mergedUsage(this.usage, sent);
    const soFar = atStart || tokenCount(sent['output_tokens']) === undefined;
    return usageEvents(this.usage).map((event) => (soFar ? { ...event, soFar } : event));
  }

  private block({ index, content_block: sent }: JsonRecord): AnswerEvent[] {
    const block = recordOf(sent);
    if (block['type'] === 'tool_use') this.callOfBlock.set(index, this.calls.count);
    return blockEvents(block, this.calls);
  }

  private delta({ index, delta: sent }: JsonRecord): AnswerEvent[] {
    const delta = recordOf(sent);
    switch (delta['type']) {
      case 'text_delta':
        return textEvents(delta['text']);
      case 'thinking_delta':
        return thoughtEvents(delta['thinking']);
      case 'signature_delta':
        return [{ kind: 'reasoning-signature', signature: textOf(delta['signature']) }];
      case 'input_json_delta': {
        const call = this.callOfBlock.get(index);
        return call === undefined ? [] : [{ kind: 'tool-call-arguments', call, text: textOf(delta['partial_json']) }];
      }
      default:
        return [];
    }
  }
}
