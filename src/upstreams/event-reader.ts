/**
 * What all answers of server-sent events have in common: the events of a network chunk are understood one by one, gathered, and
 * handed on in one call, but for one that may be too much. What an event means, and when an answer is whole, is said by each format.
 */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerReceiver, AttemptFailure } from '../attempts/upstream';
import type { Channel } from '../routing/catalog';
import { EventStream } from './event-stream';
import { LOST, MALFORMED } from './failure';
import type { AnswerReader, Ending, Known, Progress } from './http-exchange';
import { parseRecord, recordOf } from './json';
import { errorIn, providerError, refusalOf } from './provider-error';

export abstract class EventReader implements AnswerReader {
  begun = false;
  protected ending: Ending | null = null;
  /** Gathered since the last call of the receiver: events, the output text in them, and their bytes of audio. */
  private frames = '';
  private text = '';
  private audioBytes = 0;
  /** As the receiver told it with that call. */
  private room: number;
  private slow = false;
  private readonly events = new EventStream((event) => {
    if (this.ending === null) this.take(event);
  });

  constructor(
    protected readonly channel: Channel,
    private readonly receiver: AnswerReceiver,
  ) {
    this.room = receiver.room;
  }

  abstract get known(): Known;

  /** One event of an answer that has not ended. */
  protected abstract take(event: EventSourceMessage): void;

  /** What an event gives to the client: to be handed on whole, or not at all. */
  protected gather(frames: string, text: string, audioBytes = 0): void {
    const mayBeTooMuch = this.text.length + text.length >= this.room;
    if (mayBeTooMuch) this.handOn();
    this.frames += frames;
    this.text += text;
    this.audioBytes += audioBytes;
    if (mayBeTooMuch) this.handOn();
  }

  /** How an answer ends whose body has ended, or was `lost`, before its last event. */
  protected unended(_lost: boolean): Ending {
    return { ok: false, failure: LOST };
  }

  /** What a body is that came in place of events. */
  protected endingOf(body: string): Ending {
    const error = errorIn(recordOf(parseRecord(body)));
    return { ok: false, failure: error === undefined ? MALFORMED : providerError(error, this.channel) };
  }

  begin(contentType: string | undefined): void {
    this.events.begin(contentType);
  }

  data(chunk: Buffer): Progress {
    this.slow = false;
    const failure = this.events.feed(chunk);
    this.handOn();
    if (this.ending !== null) return this.ending;
    if (failure !== null) return { ok: false, failure };
    return this.slow ? 'slow' : 'more';
  }

  whenReady(): Promise<void> {
    return this.receiver.whenReady();
  }

  end(lost: boolean): Ending {
    const { body } = this.events;
    if (body !== null) return lost ? { ok: false, failure: LOST } : this.endingOf(body);
    if (!lost) this.takeUnterminated();
    return this.ending ?? this.unended(lost);
  }

  refusal(status: number, body: string): AttemptFailure {
    return refusalOf(status, body, this.channel);
  }

  private handOn(): void {
    const { frames, text, audioBytes } = this;
    this.frames = '';
    this.text = '';
    this.audioBytes = 0;
    if (frames === '') return;
    if (!this.receiver.receive(frames, text, audioBytes)) this.slow = true;
    this.room = this.receiver.room;
  }

  /** The last event may lack its empty line. What does not parse was cut short, and is no event. */
  private takeUnterminated(): void {
    this.events.finish();
    if (this.ending?.ok === false && this.ending.failure === MALFORMED) this.ending = null;
    this.handOn();
  }
}
