/**
 * Hands audio on as it arrives. Its last byte is kept back until the answer has been settled, so that a client that has all of
 * it has a receipt.
 */
import type { AnswerReceiver, AttemptFailure } from '../../attempts/upstream';
import type { Channel } from '../../routing/catalog';
import { LOST, MALFORMED, TOO_LARGE } from '../failure';
import type { AnswerReader, Ending, Progress } from '../http-exchange';
import { parseRecord } from '../json';
import { errorIn, providerError, refusalOf } from '../provider-error';
import type { Understood } from '../whole-answer';

const BYTES_MAX = 256 * 1024 * 1024;
const DOCUMENT_BYTES_MAX = 64 * 1024;
const HEAD_BYTES = 64 * 1024;
const OCTETS = 'application/octet-stream';
/** What may be told to clients: audio, or bytes of no kind. A page that a browser would show is none. */
const SAFE = /^(audio\/[a-z0-9.+-]{1,60}|application\/octet-stream)$/i;
const NOTHING = Buffer.alloc(0);

export class AudioReader implements AnswerReader {
  begun = false;
  private contentType: string | null = OCTETS;
  private held: Buffer = NOTHING;
  private head: Buffer = NOTHING;
  private bytes = 0;
  /** What came in place of audio. */
  private document: Buffer = NOTHING;

  constructor(
    private readonly channel: Channel,
    private readonly receiver: AnswerReceiver,
    private readonly millisecondsOf: (head: Buffer, bytes: number) => number,
  ) {}

  get known(): Understood {
    const known = { reportedModel: null, usage: undefined, outputText: '' };
    return this.bytes === 0 ? known : { ...known, audio: { bytes: this.bytes, milliseconds: this.millisecondsOf(this.head, this.bytes) } };
  }

  begin(contentType = OCTETS): void {
    const [essence = ''] = contentType.split(';');
    this.contentType = SAFE.test(essence.trim()) ? essence.trim().toLowerCase() : null;
  }

  data(chunk: Buffer): Progress {
    if (this.contentType === null) return this.collect(chunk);
    if (chunk.length === 0) return 'more';
    this.begun = true;
    this.bytes += chunk.length;
    if (this.bytes > BYTES_MAX) return { ok: false, failure: TOO_LARGE };
    if (this.head.length < HEAD_BYTES) this.head = Buffer.concat([this.head, chunk]);
    const before = chunk.subarray(0, -1);
    const ready = this.held.length === 0 ? before : Buffer.concat([this.held, before]);
    this.held = chunk.subarray(-1);
    return ready.length === 0 || this.receiver.receiveBytes(ready, this.contentType) ? 'more' : 'slow';
  }

  whenReady(): Promise<void> {
    return this.receiver.whenReady();
  }

  end(lost: boolean): Ending {
    if (lost) return { ok: false, failure: LOST };
    if (this.contentType === null) return { ok: false, failure: this.failureIn(this.document.toString('utf8')) };
    if (this.bytes === 0) return { ok: false, failure: MALFORMED };
    return { ok: true, answer: { kind: 'audio', rest: this.held, contentType: this.contentType } };
  }

  refusal(status: number, body: string): AttemptFailure {
    return refusalOf(status, body, this.channel);
  }

  private collect(chunk: Buffer): Progress {
    this.document = Buffer.concat([this.document, chunk]);
    return this.document.length > DOCUMENT_BYTES_MAX ? { ok: false, failure: MALFORMED } : 'more';
  }

  private failureIn(document: string): AttemptFailure {
    const error = errorIn(parseRecord(document) ?? {});
    return error === undefined ? MALFORMED : providerError(error, this.channel);
  }
}
