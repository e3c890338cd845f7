/** What chat completions say: a whole one, or the chunks of a stream. Of the choices only the first: more are never asked for. */
import type { EventSourceMessage } from 'eventsource-parser';
import { newId } from '../../kernel/ids';
import type { Channel } from '../../routing/catalog';
import type { AnswerEvent, Decoded, StopCause } from '../conversation/answer-event';
import type { StreamDecoder } from '../conversation/event-answer';
import { thoughtIn } from '../conversation/thought-parts';
import { MALFORMED } from '../failure';
import { type JsonRecord, parseRecord, recordOf, textOf } from '../json';
import { errorIn, providerError } from '../provider-error';
import { breakIn, finishReason } from './finish-reason';
import { argumentsOf } from './output-text';
import { readUsage, usageIn } from './usage';

const STOP_CAUSES: Readonly<Record<string, StopCause>> = {
  stop: 'complete',
  length: 'length',
  // The context window, as Mistral and Zhipu tell it.
  model_length: 'length',
  model_context_window_exceeded: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'filtered',
  // Zhipu's word for it.
  sensitive: 'filtered',
};

/** A failure: it is no chat completion. */
export function decodeChat(json: JsonRecord): Decoded {
  const { choices } = json;
  if (!Array.isArray(choices) || choices.length === 0 || breakIn(json) !== undefined) return { events: [], failure: MALFORMED };
  const decoder = new Chunks();
  return { events: [...decoder.head(json), ...decoder.choice(recordOf(choices[0]), 'message'), ...usageEvents(json['usage'])] };
}

function usageEvents(sent: unknown): AnswerEvent[] {
  const usage = readUsage(sent);
  return usage === undefined ? [] : [{ kind: 'usage', usage }];
}

/** What has been said so far decides what a chunk adds. */
class Chunks {
  private headed = false;
  private refused = false;
  private calls = 0;
  /** The call that goes on at each index of the provider. */
  private readonly going = new Map<number, { readonly call: number; readonly id: string }>();

  /** Some begin with a chunk about the prompt, which names nothing: the answer begins with the next one. */
  head({ id, model, choices }: JsonRecord): AnswerEvent[] {
    const head = { kind: 'head', id: textOf(id) || null, model: textOf(model) || null } as const;
    const isUnnamed = head.id === null && head.model === null;
    if (this.headed || (isUnnamed && Array.isArray(choices) && choices.length === 0)) return [];
    this.headed = true;
    return [head];
  }

  choice(choice: JsonRecord, name: 'message' | 'delta'): AnswerEvent[] {
    const said = recordOf(choice[name]);
    const events: AnswerEvent[] = [
      ...textEvents('reasoning', said['reasoning_content'] ?? said['reasoning']),
      ...contentEvents(said['content']),
      ...textEvents('refusal', said['refusal']),
    ];
    if (textOf(said['refusal']) !== '') this.refused = true;
    const calls = Array.isArray(said['tool_calls']) ? said['tool_calls'] : [];
    calls.forEach((call, place) => {
      events.push(...this.call(recordOf(call), place));
    });
    // A whole one has ended, whether it says so or not.
    return [...events, ...this.stop(finishReason(choice['finish_reason']) ?? (name === 'message' ? 'stop' : null))];
  }

  private call({ index, id: sentId, function: made }: JsonRecord, place: number): AnswerEvent[] {
    const { name, arguments: sent } = recordOf(made);
    const text = argumentsOf(sent);
    const [key, id] = [typeof index === 'number' ? index : place, textOf(sentId)];
    const going = this.going.get(key);
    // Google gives all calls of an answer one index, each under an id and a name of its own.
    const isOther = going !== undefined && id !== '' && id !== going.id && textOf(name) !== '';
    const { call } = going !== undefined && !isOther ? going : this.begin(key, id);
    const begin: AnswerEvent[] = [];
    if (going?.call !== call) begin.push({ kind: 'tool-call-begin', call, id: id || `call_${newId()}`, name: textOf(name) });
    return text === '' ? begin : [...begin, { kind: 'tool-call-arguments', call, text }];
  }

  private begin(key: number, id: string): { readonly call: number } {
    const begun = { call: this.calls, id };
    this.calls += 1;
    this.going.set(key, begun);
    return begun;
  }

  private stop(reason: string | null): AnswerEvent[] {
    if (reason === null) return [];
    const cause = STOP_CAUSES[reason] ?? 'complete';
    // Some providers say that they stopped although they wait for the results of calls.
    const told = cause !== 'complete' ? cause : this.refused ? 'refused' : this.calls > 0 ? 'tool-calls' : cause;
    return [{ kind: 'stop', cause: told, sequence: null }];
  }
}

function textEvents(kind: 'text' | 'reasoning' | 'refusal', text: unknown): AnswerEvent[] {
  return textOf(text) === '' ? [] : [{ kind, text: textOf(text) }];
}

function contentEvents(content: unknown): AnswerEvent[] {
  if (!Array.isArray(content)) return textEvents('text', content);
  return content.flatMap((part) => {
    const thought = thoughtIn(part);
    return thought === null ? textEvents('text', recordOf(part)['text']) : textEvents('reasoning', thought);
  });
}

/** One for each stream. */
export class ChatStreamDecoder implements StreamDecoder {
  private readonly chunks = new Chunks();

  constructor(private readonly channel: Channel) {}

  take({ data, event }: EventSourceMessage): Decoded {
    if (data.trim() === '[DONE]') return { events: [], ended: true };
    const json = parseRecord(data);
    if (json === undefined) return { events: [], failure: MALFORMED };
    const error = errorIn(json) ?? (event === 'error' ? json : breakIn(json));
    if (error !== undefined) return { events: [], failure: providerError(error, this.channel) };
    const choices: readonly unknown[] = Array.isArray(json['choices']) ? json['choices'] : [];
    const first = choices.map(recordOf).find(({ index }) => index === 0 || index === undefined);
    const said = first === undefined ? [] : this.chunks.choice(first, 'delta');
    return { events: [...this.chunks.head(json), ...said, ...usageEvents(usageIn(json))] };
  }
}
