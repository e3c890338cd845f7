/**
 * Reads a response that comes as typed events. They go on as they are; the last one says everything again, usage included,
 * and is kept back so that the cost can be added.
 */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerFacts, AnswerReceiver, AttemptFailure } from '../../attempts/upstream';
import type { Usage } from '../../metering/usage';
import type { Channel } from '../../routing/catalog';
import { EventStream } from '../event-stream';
import { LOST, MALFORMED } from '../failure';
import type { AnswerReader, Ending, Progress } from '../http-exchange';
import { type JsonRecord, parseRecord, recordOf } from '../json';
import { errorIn, providerError, refusalOf } from '../provider-error';
import { frameOf } from '../sse-frame';
import { modelOf } from './endpoints/openai-endpoint';
import { outputTextOfEvent } from './response-text';
import { readResponseUsage } from './usage';

const CLOSING: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.cancelled']);

export class ResponseStreamReader implements AnswerReader {
  begun = false;
  private readonly events = new EventStream((event) => this.take(event));
  private reportedModel: string | null = null;
  private usage: Usage | undefined;
  private outputText = '';
  private frames = '';
  private text = '';
  private ending: Ending | null = null;

  constructor(
    private readonly channel: Channel,
    private readonly receiver: AnswerReceiver,
  ) {}

  get known(): Pick<AnswerFacts, 'reportedModel' | 'usage' | 'outputText'> {
    return { reportedModel: this.reportedModel, usage: this.usage, outputText: this.outputText };
  }

  begin(contentType: string | undefined): void {
    this.events.begin(contentType);
  }

  data(chunk: Buffer): Progress {
    const failure = this.events.feed(chunk);
    const progress = this.handOn();
    return failure === null ? progress : { ok: false, failure };
  }

  private handOn(): Progress {
    const { frames, text } = this;
    this.frames = '';
    this.text = '';
    const ready = frames === '' || this.receiver.receive(frames, text);
    return this.ending ?? (ready ? 'more' : 'slow');
  }

  whenReady(): Promise<void> {
    return this.receiver.whenReady();
  }

  end(lost: boolean): Ending {
    const { body } = this.events;
    if (body !== null) return { ok: false, failure: lost ? LOST : this.bodyFailure(body) };
    if (!lost) this.takeUnterminated();
    return this.ending ?? { ok: false, failure: LOST };
  }

  refusal(status: number, body: string): AttemptFailure {
    return refusalOf(status, body, this.channel);
  }

  private take(event: EventSourceMessage): void {
    const data = event.data.trim();
    if (this.ending !== null || data === '' || data === '[DONE]') return;
    this.begun = true;
    const json = parseRecord(data);
    if (json === undefined) {
      this.ending = { ok: false, failure: MALFORMED };
      return;
    }
    this.reportedModel ??= modelOf(recordOf(json['response']));
    this.takeKnown(event, json, data);
  }

  private takeKnown(event: EventSourceMessage, json: JsonRecord, data: string): void {
    const type = json['type'] ?? event.event;
    const response = recordOf(json['response']);
    if (CLOSING.has(type)) {
      this.usage = readResponseUsage(response['usage']);
      this.ending = { ok: true, answer: { kind: 'closing', name: String(type), data } };
      return;
    }
    if (type === 'response.failed' || type === 'error') {
      this.usage = readResponseUsage(response['usage']);
      this.ending = { ok: false, failure: providerError(response['error'] ?? json['error'] ?? json, this.channel) };
      return;
    }
    const text = outputTextOfEvent(json);
    this.frames += frameOf(event, false);
    this.text += text;
    this.outputText += text;
  }

  /** What does not parse was cut short, and is no event. */
  private takeUnterminated(): void {
    this.events.finish();
    if (this.ending?.ok === false && this.ending.failure === MALFORMED) this.ending = null;
    this.handOn();
  }

  private bodyFailure(body: string): AttemptFailure {
    const error = errorIn(recordOf(parseRecord(body)));
    return error === undefined ? MALFORMED : providerError(error, this.channel);
  }
}
