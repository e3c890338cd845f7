/**
 * Any JSON object (`json_object`), of a provider that has no mode for one: it is asked for as the arguments of a call that must be made,
 * which are one always, and given to the client as the text of the answer.
 */
import type { AnswerEvent, Decoded } from '../conversation/answer-event';
import type { Conversation } from '../conversation/conversation';
import type { StreamDecoder } from '../conversation/event-answer';

const NAME = 'answer_in_json';

/** The name of the tool; null: none is needed. Where one of the client's tools must be called, there is no text that could be an object. */
export function objectToolOf({ format, tools, toolChoice }: Pick<Conversation, 'format' | 'tools' | 'toolChoice'>): string | null {
  if (format.kind !== 'json') return null;
  if (tools.length > 0 && (toolChoice?.kind === 'required' || toolChoice?.kind === 'named')) return null;
  const taken = new Set(tools.map(({ name }) => name));
  let name = NAME;
  while (taken.has(name)) name += '_';
  return name;
}

export function objectTool(name: string): object {
  return {
    name,
    description: 'Gives your answer: its arguments are the JSON object that you were asked for, each of its members a parameter.',
    input_schema: { type: 'object', properties: {}, additionalProperties: true },
  };
}

const isUsage = ({ kind }: AnswerEvent): boolean => kind === 'usage';

/** Turns the call of the tool into text, and counts the other calls as if there were none of it. One for each answer. */
export class ObjectAnswer {
  private asked: number | null = null;
  private written = false;
  /** By the number that the provider's answer gives them. */
  private readonly others = new Map<number, number>();

  constructor(private readonly tool: string) {}

  /** What was used is told with the stop, and counts all text: also an object that is known to be empty only there. */
  in(decoded: Decoded): Decoded {
    const events = decoded.events.flatMap((event) => this.taken(event));
    const [usage, others] = [events.filter(isUsage), events.filter((event) => !isUsage(event))];
    return { ...decoded, events: [...others, ...usage] };
  }

  private taken(event: AnswerEvent): AnswerEvent[] {
    switch (event.kind) {
      case 'tool-call-begin':
        return event.name === this.tool ? this.begin(event.call) : [{ ...event, call: this.other(event.call) }];
      case 'tool-call-arguments': {
        const call = this.others.get(event.call);
        if (call !== undefined) return [{ ...event, call }];
        return event.call === this.asked ? this.text(event.text) : [];
      }
      case 'stop':
        return this.stop(event);
      default:
        return [event];
    }
  }

  /** Two objects are none: the first one counts. */
  private begin(call: number): AnswerEvent[] {
    this.asked ??= call;
    return [];
  }

  private other(call: number): number {
    const known = this.others.get(call) ?? this.others.size;
    this.others.set(call, known);
    return known;
  }

  private text(text: string): AnswerEvent[] {
    if (text === '') return [];
    this.written = true;
    return [{ kind: 'text', text }];
  }

  private stop(event: Extract<AnswerEvent, { kind: 'stop' }>): AnswerEvent[] {
    if (event.cause !== 'tool-calls' || this.asked === null) return [event];
    const end = this.others.size > 0 ? event : { ...event, cause: 'complete' as const };
    // A call without arguments is an object without members.
    return this.written ? [end] : [{ kind: 'text', text: '{}' }, end];
  }
}

export class ObjectStreamDecoder implements StreamDecoder {
  private readonly answer: ObjectAnswer;

  constructor(
    private readonly decoder: StreamDecoder,
    tool: string,
  ) {
    this.answer = new ObjectAnswer(tool);
  }

  take(event: Parameters<StreamDecoder['take']>[0]): Decoded {
    return this.answer.in(this.decoder.take(event));
  }
}
