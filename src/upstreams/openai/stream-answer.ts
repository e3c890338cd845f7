/** Reads an answer that comes as a stream of server-sent events, and hands its events on as they arrive. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerFacts, AnswerReceiver, AttemptFailure } from '../../attempts/upstream';
import type { Channel } from '../../routing/catalog';
import { EventReader } from '../event-reader';
import { MALFORMED } from '../failure';
import type { Ending } from '../http-exchange';
import { type JsonRecord, parseRecord } from '../json';
import { errorIn, providerError } from '../provider-error';
import { frameOf } from '../sse-frame';
import { DeltaTemplate } from './delta-template';
import { breakIn } from './finish-reason';
import { StreamTally } from './stream-tally';

export class StreamAnswerReader extends EventReader {
  private readonly tally: StreamTally;
  private readonly template = new DeltaTemplate();

  constructor(
    channel: Channel,
    receiver: AnswerReceiver,
    textOfChoice: (choice: JsonRecord) => string,
    /** So many were asked for. */
    private readonly choices = 1,
  ) {
    super(channel, receiver);
    this.tally = new StreamTally(textOfChoice);
  }

  get known(): Pick<AnswerFacts, 'reportedModel' | 'usage' | 'outputText'> {
    return this.tally.known;
  }

  /** Some providers never send the end marker, and some write fewer choices; a connection that breaks ends neither before all are there. */
  protected override unended(lost: boolean): Ending {
    return this.tally.hasFinished(lost ? this.choices : 0) ? this.complete() : super.unended(lost);
  }

  protected take(event: EventSourceMessage): void {
    const text = event.event === undefined ? this.template.textOf(event.data) : undefined;
    if (text === undefined) return this.takeParsed(event);
    this.tally.takeText(text);
    this.gather(frameOf(event, false), text);
  }

  private takeParsed(event: EventSourceMessage): void {
    const data = event.data.trim();
    if (data === '') return;
    this.begun = true;
    if (data === '[DONE]') {
      this.ending = this.complete();
      return;
    }
    const chunk = parseRecord(data);
    if (chunk === undefined) return this.fail(MALFORMED);
    const error = errorIn(chunk) ?? (event.event === 'error' ? chunk : breakIn(chunk));
    if (error !== undefined) return this.fail(providerError(error, this.channel));
    this.keep(event, chunk);
  }

  private keep(event: EventSourceMessage, chunk: JsonRecord): void {
    const part = this.tally.take(chunk);
    this.template.learn(event.data, chunk);
    if (part === 'usage') return;
    this.gather(frameOf(event, part.carriesUsage), part.text);
  }

  /** A stream without a choice and without usage is no answer, whatever its end marker says. */
  private complete(): Ending {
    if (this.tally.empty) return { ok: false, failure: MALFORMED };
    this.tally.end();
    return { ok: true, answer: { kind: 'stream', usageChunk: this.tally.usageChunk, head: this.tally.head } };
  }

  private fail(failure: AttemptFailure): void {
    this.ending ??= { ok: false, failure };
  }
}
