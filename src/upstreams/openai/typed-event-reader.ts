/**
 * Reads an answer that comes as typed events. They go on as they are; the last one says everything again, usage included,
 * and is kept back so that the cost can be added.
 */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerReceiver } from '../../attempts/upstream';
import { GrowingText } from '../../kernel/growing-text';
import type { Usage } from '../../metering/usage';
import type { Channel } from '../../routing/catalog';
import { EventReader } from '../event-reader';
import { MALFORMED } from '../failure';
import type { Ending } from '../http-exchange';
import { type JsonRecord, parseRecord } from '../json';
import { errorIn, providerError } from '../provider-error';
import { frameOf } from '../sse-frame';
import type { Understood } from '../whole-answer';

/** What differs between answers of typed events. */
export interface TypedEvents {
  /** The types that end an answer, and those that end it in a failure. */
  readonly closing: ReadonlySet<unknown>;
  readonly failing: ReadonlySet<unknown>;
  /** The types that come before an answer has anything in it; left out: whatever comes belongs to it. */
  readonly opening?: ReadonlySet<unknown>;
  /** Whether the last event always has a line with its name. */
  readonly named: boolean;
  modelOf(event: JsonRecord): string | null;
  usageOf(event: JsonRecord): Usage | undefined;
  errorOf(event: JsonRecord): unknown;
  textOf(event: JsonRecord): string;
  /** All output text, where the last event says it again; left out: it does not. */
  readonly wholeTextOf?: (closing: JsonRecord) => string;
  /** Bytes of audio in an event. */
  readonly audioOf?: (event: JsonRecord) => Buffer | undefined;
  /** How long audio lasts of which this is the beginning. */
  readonly millisecondsOf?: (head: Buffer, bytes: number) => number;
  /** Of a provider that answers whole although events were asked for; undefined: that is no answer. */
  readonly understand?: (json: JsonRecord) => Understood | undefined;
}

const HEAD_BYTES = 64 * 1024;
/** Room for all that a request says, which they repeat. */
const OPENED_MAX = 4 * 1024 * 1024;

export class TypedEventReader extends EventReader {
  private reportedModel: string | null = null;
  private usage: Usage | undefined;
  private readonly output = new GrowingText();
  private understood: Understood | null = null;
  /** What opened the answer: the first byte that a client gets keeps a backup from being asked, and nothing is said yet. */
  private opened = '';
  private head = Buffer.alloc(0);
  private allAudio = 0;

  constructor(
    channel: Channel,
    receiver: AnswerReceiver,
    private readonly format: TypedEvents,
  ) {
    super(channel, receiver);
  }

  get known(): Understood {
    const { reportedModel, usage, output, format, allAudio: bytes } = this;
    const known = this.understood ?? { reportedModel, usage, outputText: output.text };
    if (bytes === 0 || format.millisecondsOf === undefined) return known;
    return { ...known, audio: { bytes, milliseconds: format.millisecondsOf(this.head, bytes) } };
  }

  protected take(event: EventSourceMessage): void {
    const data = event.data.trim();
    if (data === '' || data === '[DONE]') return;
    this.begun = true;
    const json = parseRecord(data);
    if (json === undefined) {
      this.ending = { ok: false, failure: MALFORMED };
      return;
    }
    this.reportedModel ??= this.format.modelOf(json);
    this.takeKnown(event, json, data);
  }

  private takeKnown(event: EventSourceMessage, json: JsonRecord, data: string): void {
    const { format } = this;
    const type = json['type'] ?? event.event;
    if (format.closing.has(type)) {
      this.takeClosing(json);
      this.handOver('', '');
      const name = format.named ? String(type) : (event.event ?? '');
      this.ending = { ok: true, answer: { kind: 'closing', name, data } };
      return;
    }
    const error = format.errorOf(json) ?? errorIn(json);
    if (format.failing.has(type) || event.event === 'error' || (type === undefined && error !== undefined)) {
      this.usage = format.usageOf(json);
      this.ending = { ok: false, failure: providerError(error ?? json, this.channel) };
      return;
    }
    this.takePart(event, json, format.opening?.has(type) ?? false);
  }

  /** Some send nothing before it: what it says is output as well. */
  private takeClosing(json: JsonRecord): void {
    this.usage = this.format.usageOf(json);
    if (this.output.length === 0) this.output.add(this.format.wholeTextOf?.(json) ?? '');
  }

  private takePart(event: EventSourceMessage, json: JsonRecord, opens: boolean): void {
    if (opens && this.opened.length < OPENED_MAX) {
      this.opened += frameOf(event, false);
      return;
    }
    const text = this.format.textOf(json);
    const audio = this.format.audioOf?.(json);
    this.output.add(text);
    if (audio !== undefined) this.hear(audio);
    this.handOver(frameOf(event, false), text, audio?.length);
  }

  private handOver(frames: string, text: string, audioBytes?: number): void {
    this.gather(this.opened + frames, text, audioBytes);
    this.opened = '';
  }

  private hear(audio: Buffer): void {
    this.allAudio += audio.length;
    if (this.head.length < HEAD_BYTES) this.head = Buffer.concat([this.head, audio]);
  }

  /** Some answer whole although events were asked for. */
  protected override endingOf(body: string): Ending {
    const json = parseRecord(body);
    const understood = json === undefined ? undefined : this.format.understand?.(json);
    if (understood === undefined) return super.endingOf(body);
    this.understood = understood;
    return { ok: true, answer: { kind: 'whole', text: body } };
  }
}
