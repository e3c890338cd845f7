/** Reads an answer that comes as a stream of server-sent events, and hands its events on as they arrive. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerFacts, AnswerReceiver, AttemptFailure } from '../../attempts/upstream';
import type { Channel } from '../../routing/catalog';
import { EventStream } from '../event-stream';
import { LOST, MALFORMED } from '../failure';
import type { AnswerReader, Ending, Progress } from '../http-exchange';
import { type JsonRecord, parseRecord, recordOf } from '../json';
import { errorIn, providerError, refusalOf } from '../provider-error';
import { frameOf } from '../sse-frame';
import { DeltaTemplate } from './delta-template';
import { StreamTally } from './stream-tally';

export class StreamAnswerReader implements AnswerReader {
  begun = false;
  private readonly tally: StreamTally;
  private readonly template = new DeltaTemplate();
  private readonly events = new EventStream((event) => this.take(event));
  private frames = '';
  private text = '';
  private ending: Ending | null = null;

  constructor(
    private readonly channel: Channel,
    private readonly receiver: AnswerReceiver,
    textOfChoice: (choice: JsonRecord) => string,
    /** So many were asked for. */
    private readonly choices = 1,
  ) {
    this.tally = new StreamTally(textOfChoice);
  }

  get known(): Pick<AnswerFacts, 'reportedModel' | 'usage' | 'outputText'> {
    return this.tally.known;
  }

  begin(contentType: string | undefined): void {
    this.events.begin(contentType);
  }

  data(chunk: Buffer): Progress {
    const failure = this.events.feed(chunk);
    const progress = this.handOn();
    return failure === null ? progress : { ok: false, failure };
  }

  whenReady(): Promise<void> {
    return this.receiver.whenReady();
  }

  end(lost: boolean): Ending {
    const { body } = this.events;
    if (body !== null) return { ok: false, failure: lost ? LOST : this.bodyFailure(body) };
    if (!lost) this.takeUnterminated();
    if (this.ending !== null) return this.ending;
    // Some providers never send the end marker, and some write fewer choices; a connection that breaks ends neither before all are there.
    return this.tally.hasFinished(lost ? this.choices : 0) ? this.complete() : { ok: false, failure: LOST };
  }

  refusal(status: number, body: string): AttemptFailure {
    return refusalOf(status, body, this.channel);
  }

  /** One call for all the events of a network chunk. */
  private handOn(): Progress {
    const { frames, text } = this;
    this.frames = '';
    this.text = '';
    const ready = frames === '' || this.receiver.receive(frames, text);
    return this.ending ?? (ready ? 'more' : 'slow');
  }

  private take(event: EventSourceMessage): void {
    const { data } = event;
    if (this.ending !== null) return;
    const text = event.event === undefined ? this.template.textOf(data) : undefined;
    if (text === undefined) return this.takeParsed(event);
    this.tally.takeText(text);
    this.frames += frameOf(event, false);
    this.text += text;
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
    const error = errorIn(chunk) ?? (event.event === 'error' ? chunk : undefined);
    if (error !== undefined) return this.fail(providerError(error, this.channel));
    this.keep(event, chunk);
  }

  private keep(event: EventSourceMessage, chunk: JsonRecord): void {
    const part = this.tally.take(chunk);
    this.template.learn(event.data, chunk);
    if (part === 'usage') return;
    this.frames += frameOf(event, part.carriesUsage);
    this.text += part.text;
  }

  /** The last event may lack its empty line. What does not parse was cut short, and is no event. */
  private takeUnterminated(): void {
    this.events.finish();
    if (this.ending?.ok === false && this.ending.failure === MALFORMED) this.ending = null;
    this.handOn();
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

  private bodyFailure(body: string): AttemptFailure {
    const error = errorIn(recordOf(parseRecord(body)));
    return error === undefined ? MALFORMED : providerError(error, this.channel);
  }
}
