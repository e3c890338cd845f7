/** What the chunks of a Gemini answer say. A whole answer is one chunk. */
import type { AttemptFailure } from '../../attempts/upstream';
import { newId } from '../../kernel/ids';
import { isRecord } from '../../kernel/record';
import type { Channel } from '../../routing/catalog';
import { type AnswerEvent, type Decoded, outputTextOfEvent, type StopCause } from '../conversation/answer-event';
import { failureOf } from '../failure';
import { type JsonRecord, recordOf } from '../json';
import { blockedPrompt, errorIn, geminiError, unusableEnd } from './gemini-failure';
import { readGeminiUsage, type Written } from './gemini-usage';

const CAUSES: ReadonlyMap<unknown, StopCause> = new Map<unknown, StopCause>([
  ['STOP', 'complete'],
  ['MAX_TOKENS', 'length'],
  ...['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII'].map((word) => [word, 'filtered'] as const),
  ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION'].map((word) => [word, 'filtered'] as const),
]);

/** One for each answer: it knows what came before. */
export class GeminiDecoder {
  private headSaid = false;
  private id: string | null = null;
  private calls = 0;
  private wrote = false;
  /** Something beside thoughts has arrived. */
  private answered = false;
  private ended = false;

  /**
   * `oneCall`: the client takes one call in an answer at most. Gemini has no word for that, so further ones are left out here, as
   * if the model had waited for the first result.
   */
  constructor(
    private readonly channel: Channel,
    private readonly oneCall = false,
  ) {}

  /** Of several candidates the first one counts: only one is ever asked for. */
  take(chunk: JsonRecord): Decoded {
    const error = errorIn(chunk);
    if (error !== undefined) return { events: [], failure: geminiError(error, this.channel) };
    const { candidates, promptFeedback: feedback, usageMetadata } = chunk;
    const candidate = Array.isArray(candidates) ? candidates.find((each) => !recordOf(each)['index']) : undefined;
    if (candidate === undefined && typeof recordOf(feedback)['blockReason'] === 'string') {
      const used = this.usage(usageMetadata);
      if (!this.wrote) return { events: used, failure: blockedPrompt(recordOf(feedback)) };
      // What was written before is an answer, which the provider ended here.
      return { events: [{ kind: 'stop', cause: 'filtered', sequence: null }, ...used] };
    }
    const events: AnswerEvent[] = this.head(chunk);
    const failure = candidate === undefined ? undefined : this.takeCandidate(recordOf(candidate), events);
    this.note(events);
    events.push(...this.usage(usageMetadata));
    return failure === undefined ? { events } : { events, failure };
  }

  private note(events: readonly AnswerEvent[]): void {
    const written = events.filter((event) => outputTextOfEvent(event) !== '');
    this.wrote ||= written.length > 0;
    this.answered ||= written.some(({ kind }) => kind !== 'reasoning');
    this.ended ||= events.some(({ kind }) => kind === 'stop');
  }

  private head({ responseId, modelVersion }: JsonRecord): AnswerEvent[] {
    if (this.headSaid) return [];
    this.headSaid = true;
    this.id = typeof responseId === 'string' ? responseId : null;
    return [{ kind: 'head', id: this.id, model: typeof modelVersion === 'string' ? modelVersion : null }];
  }

  private takeCandidate({ content, finishReason: reason }: JsonRecord, events: AnswerEvent[]): AttemptFailure | undefined {
    const { parts } = recordOf(content);
    for (const part of Array.isArray(parts) ? parts : []) {
      const failure = this.takePart(recordOf(part), events);
      if (failure !== undefined) return failure;
    }
    if (reason === undefined || reason === null || reason === 'FINISH_REASON_UNSPECIFIED') return undefined;
    const cause = CAUSES.get(reason);
    if (cause === undefined) return unusableEnd(reason);
    events.push({ kind: 'stop', cause: cause === 'complete' && this.calls > 0 ? 'tool-calls' : cause, sequence: null });
    return undefined;
  }

  private takePart(part: JsonRecord, events: AnswerEvent[]): AttemptFailure | undefined {
    const { text, thought, functionCall: call, thoughtSignature } = part;
    if (isRecord(call)) return this.takeCall(call, thoughtSignature, events);
    if (typeof text === 'string') {
      if (text !== '') events.push({ kind: thought === true ? 'reasoning' : 'text', text });
      return undefined;
    }
    const strange = STRANGE.find((name) => part[name] !== undefined);
    if (strange === undefined) return undefined;
    // A model that can do more than its clients can be told does so for what it was asked.
    return { ...failureOf('malformed_answer', `The answer holds ${strange}, which cannot be handed on.`), atFault: 'request' };
  }

  private takeCall({ id, name, args }: JsonRecord, signature: unknown, events: AnswerEvent[]): AttemptFailure | undefined {
    if (this.oneCall && this.calls > 0) return undefined;
    if (typeof name !== 'string') return failureOf('malformed_answer', 'The answer calls a tool without saying its name.');
    const call = this.calls;
    this.calls += 1;
    const named = typeof id === 'string' && id !== '' ? id : `call_${this.id ?? newId()}_${call}`;
    const signed = typeof signature === 'string' && signature !== '' ? { signature } : {};
    events.push({ kind: 'tool-call-begin', call, id: named, name, ...signed });
    events.push({ kind: 'tool-call-arguments', call, text: JSON.stringify(args ?? {}) });
    return undefined;
  }

  private usage(metadata: unknown): AnswerEvent[] {
    const usage = readGeminiUsage(metadata, this.written());
    return usage === undefined ? [] : [{ kind: 'usage', usage }];
  }

  private written(): Written {
    if (!this.wrote) return 'nothing';
    // Before the end an answer may still follow, whose count would then be missing.
    return this.answered || !this.ended ? 'answer' : 'thoughts-alone';
  }
}

/** Parts that are only made where a request asks for what no client of this gateway can ask for. */
const STRANGE = ['inlineData', 'fileData', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];
