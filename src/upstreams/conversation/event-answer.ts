/** Reads a stream of any protocol: its events are understood, and what is written of them is the business of a writer. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerReceiver } from '../../attempts/upstream';
import { GrowingText } from '../../kernel/growing-text';
import type { Usage } from '../../metering/usage';
import type { Channel } from '../../routing/catalog';
import { EventReader } from '../event-reader';
import { MALFORMED } from '../failure';
import type { Ending, Known } from '../http-exchange';
import { largerUsage } from '../larger-usage';
import type { Understood } from '../whole-answer';
import { type AnswerEvent, type Decoded, outputTextOfEvent } from './answer-event';
import type { AnswerWriter } from './client-shape';

/** Understands the events of one stream of a provider. */
export interface StreamDecoder {
  take(event: EventSourceMessage): Decoded;
}

/** What the events of an answer say together. */
class EventTally {
  reportedModel: string | null = null;
  answerId: string | null = null;
  stopped = false;
  /** Set when nothing comes any more, whether it was said why or not. */
  ended = false;
  private readonly output = new GrowingText();
  private total: Usage | undefined;
  private soFar: Usage | undefined;
  /** Output has come after what the total counts. */
  private outdated = false;

  /** Of an answer that has ended only what counts all of it stands; of one that broke off, whatever was said. */
  get usage(): Usage | undefined {
    if (!this.ended && !this.stopped) return this.total ?? this.soFar;
    return this.outdated ? undefined : this.total;
  }

  /** All that came. */
  get outputText(): string {
    return this.output.text;
  }

  /** The output text in them. */
  take(events: readonly AnswerEvent[]): string {
    let text = '';
    for (const event of events) {
      if (event.kind === 'head') {
        this.reportedModel = event.model;
        this.answerId = event.id;
      } else if (event.kind === 'usage') this.takeUsage(event.usage, event.soFar === true);
      else if (event.kind === 'stop') this.stopped = true;
      else {
        const more = outputTextOfEvent(event);
        if (more !== '') this.outdated = true;
        text += more;
      }
    }
    this.output.add(text);
    return text;
  }

  private takeUsage(usage: Usage, soFar: boolean): void {
    if (soFar) this.soFar = usage;
    else {
      this.total = largerUsage(this.total, usage);
      this.outdated = false;
    }
  }
}

/** Of a whole answer; undefined: it is none. */
export function understood({ events, failure }: Decoded, rewrite?: (events: readonly AnswerEvent[]) => string): Understood | undefined {
  if (failure !== undefined) return undefined;
  const tally = new EventTally();
  tally.take(events);
  const { reportedModel, answerId, usage, outputText } = tally;
  return { reportedModel, answerId, usage, outputText, ...(rewrite && { rewritten: rewrite(events) }) };
}

export class EventAnswerReader extends EventReader {
  private readonly tally = new EventTally();

  constructor(
    channel: Channel,
    receiver: AnswerReceiver,
    private readonly decoder: StreamDecoder,
    private readonly writer: AnswerWriter,
  ) {
    super(channel, receiver);
  }

  get known(): Known {
    return this.tally;
  }

  /** Whoever has said why it stopped has said everything, also without the last event. */
  protected override unended(lost: boolean): Ending {
    return this.tally.stopped ? this.complete() : super.unended(lost);
  }

  protected take(event: EventSourceMessage): void {
    if (event.data.trim() === '') return;
    this.begun = true;
    const { events, failure, ended } = this.decoder.take(event);
    const text = this.tally.take(events);
    if (failure !== undefined) {
      // What came with the failure is not handed on, and so it is not delivered.
      this.ending = { ok: false, failure };
      return;
    }
    this.gather(this.writer.frames(events, event), text);
    if (ended === true) this.ending = this.complete();
  }

  /** What ends without a reason and without usage is no answer. */
  private complete(): Ending {
    const { stopped, usage } = this.tally;
    if (!stopped && usage === undefined) return { ok: false, failure: MALFORMED };
    this.tally.ended = true;
    return { ok: true, answer: this.writer.end() };
  }
}
