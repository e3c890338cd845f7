/** Hands the events of one attempt's stream to the client, and knows what of it the client has. */
import { GrowingText } from '../kernel/growing-text';
import type { TokenCounter } from '../metering/token-counter';
import { OutputWatch } from './output-watch';
import type { AnswerReceiver } from './upstream';

/** Where the events of a stream are written. */
export interface StreamSink {
  /** False: the client is slow; nothing may follow before `whenReady` resolves. */
  write(frames: string): boolean;
  /** Audio itself. False: as above. */
  writeBytes(bytes: Buffer, contentType: string): boolean;
  /** What came after the client had left. */
  missed?(frames: string): void;
  /** Resolves when the client has taken what was written, or has left. */
  whenReady(): Promise<void>;
  /** So many more bytes of a whole answer are kept. False: there is no room for more before `whenRoom` resolves. Left out: there always is. */
  keep?(bytes: number): boolean;
  whenRoom?(): Promise<void>;
}

export class Delivery implements AnswerReceiver {
  /** Called once, when the output has passed what the hold covers. */
  onOverrun: () => void = () => undefined;
  /** Of audio, in events or by itself. */
  deliveredBytes = 0;
  started = false;
  overrun = false;
  private muted = false;
  /** All output that came, up to what is cut off. */
  private readonly output = new GrowingText();
  /** How much of it was delivered. */
  private deliveredTo = 0;
  private readonly watch: OutputWatch;

  constructor(
    private readonly sink: StreamSink,
    outputBound: number,
    counter: TokenCounter,
  ) {
    this.watch = new OutputWatch(outputBound, counter);
  }

  /** What was written to a client that was still there. */
  get deliveredText(): string {
    const { output, deliveredTo } = this;
    return deliveredTo === output.length ? output.text : output.text.slice(0, deliveredTo);
  }

  get room(): number {
    return this.watch.roomIn(this.output);
  }

  receive(frames: string, outputText: string, audioBytes = 0): boolean {
    if (this.overrun) return true;
    this.output.add(outputText);
    if (this.watch.passed(this.output)) {
      this.overrun = true;
      this.onOverrun();
      return true;
    }
    // A client that has left takes nothing more, and what it did not take was not delivered.
    if (this.muted) {
      this.sink.missed?.(frames);
      return true;
    }
    this.started = true;
    this.deliveredTo = this.output.length;
    this.deliveredBytes += audioBytes;
    return this.sink.write(frames);
  }

  receiveBytes(bytes: Buffer, contentType: string): boolean {
    if (this.muted) return true;
    this.started = true;
    this.deliveredBytes += bytes.length;
    return this.sink.writeBytes(bytes, contentType);
  }

  whenReady(): Promise<void> {
    return this.sink.whenReady();
  }

  keep(bytes: number): boolean {
    return this.sink.keep?.(bytes) ?? true;
  }

  async whenRoom(): Promise<void> {
    await this.sink.whenRoom?.();
  }

  mute(): void {
    this.muted = true;
  }
}
