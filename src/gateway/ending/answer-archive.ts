/**
 * Answers that are given again to the same `Idempotency-Key`, where the operator lets them be kept. An answer is made
 * whole before its settlement and written with it, so that it exists exactly when the charge does.
 */
import type { Answer } from '../../attempts/upstream';
import type { Fault } from '../../kernel/fault';
import { formatDecimal } from '../../kernel/money';
import type { RateLevels } from '../../keys/rate-limiter';
import type { StoredAnswer } from '../../ledger/ledger-store';
import type { ReceiptRecord } from '../../ledger/receipt';
import type { AnswerHead, AnswerSink } from '../completion-request';
import type { ModelCall } from '../endpoints/endpoint';
import type { Used } from '../hold';
import { streamTail, wholeWithCost } from './answer';
import type { AnswerArchive, KeptAnswer } from './kept-answer';

/** A body longer than this is not kept, such as that of many images. */
const BODY_MAX = 4 * 1024 * 1024;
/** Nor is what is longer than this when it is sealed: it is written with its settlement, which must never be too long for a database. */
const SEALED_MAX = 8 * 1024 * 1024;

/** Passes everything on, and remembers the events of a stream, also those that its client left too early for. */
export class RememberingSink implements AnswerSink {
  /** null: too long to be kept. */
  frames: string | null = '';

  constructor(private readonly sink: AnswerSink) {}

  get started(): boolean {
    return this.sink.started;
  }

  announce(head: AnswerHead): void {
    this.sink.announce(head);
  }

  announceRates(levels: RateLevels): void {
    this.sink.announceRates(levels);
  }

  write(frames: string): boolean {
    this.remember(frames);
    return this.sink.write(frames);
  }

  missed(frames: string): void {
    this.remember(frames);
  }

  /** Audio is not kept: it would be as large as the answers themselves. */
  writeBytes(bytes: Buffer, contentType: string): boolean {
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

  finishWhole(text: string, charge: string, contentType?: string): void {
    this.sink.finishWhole(text, charge, contentType);
  }

  finishStream(frames: string): void {
    this.sink.finishStream(frames);
  }

  finishAudio(bytes: Buffer, contentType: string): void {
    this.sink.finishAudio(bytes, contentType);
  }

  giveAgain(answer: KeptAnswer): void {
    this.sink.giveAgain(answer);
  }

  fail(fault: Fault): void {
    this.sink.fail(fault);
  }

  private remember(frames: string): void {
    if (this.frames !== null) this.frames = this.frames.length + frames.length > BODY_MAX ? null : this.frames + frames;
  }
}

/** What is written with the settlement; null for an answer that is not kept. */
export type Keep = (receipt: ReceiptRecord, fault: Fault | null, used: Used) => StoredAnswer | null;

/** Decides at the settlement: an answer that came to its end and was paid for is kept, sealed, unless it is audio or too long. */
export function keeping(archive: AnswerArchive, id: string, call: ModelCall, sink: RememberingSink, now: () => number): Keep {
  return (receipt, fault, { outcome }) => {
    const { answer } = outcome;
    const { routeType, bucket, requestId } = receipt;
    if ((fault !== null && !wasPaidAndLost(receipt)) || answer === null || routeType === null || bucket === null) return null;
    const body = bodyOf(answer, receipt, call, sink);
    if (body === null || body.text.length > BODY_MAX) return null;
    const sealed = archive.seal(id, { requestId, routeType, bucket, ...body });
    return sealed.length > SEALED_MAX ? null : { id, sealed, expiresAt: now() + archive.keepMs };
  };
}

/** Read to its end for a client that had left in the middle of it: whoever asks again has paid for all of it. */
function wasPaidAndLost({ stopReason, usage }: ReceiptRecord): boolean {
  return stopReason === 'CLIENT_GONE' && usage.source !== 'NONE';
}

/** null: it is not kept. */
function bodyOf(
  answer: Answer,
  receipt: ReceiptRecord,
  call: ModelCall,
  { frames }: RememberingSink,
): Omit<KeptAnswer, 'requestId' | 'routeType' | 'bucket'> | null {
  if (answer.kind === 'whole') {
    const { contentType } = answer;
    const text = wholeWithCost(answer, receipt, call);
    return { stream: false, charge: formatDecimal(receipt.charge), text, ...(contentType !== undefined && { contentType }) };
  }
  if (answer.kind === 'audio' || frames === null) return null;
  return { stream: true, charge: null, text: `${frames}${streamTail(answer, receipt, call)}` };
}
