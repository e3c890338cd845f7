/** Reads an answer that comes as one JSON object. What it says is the business of its endpoint. */
import { isUtf8 } from 'node:buffer';
import type { AnswerReceiver, AttemptFailure } from '../attempts/upstream';
import { LargerPieces } from '../kernel/larger-pieces';
import type { Channel } from '../routing/catalog';
import { baseRefusalIn } from './base-resp';
import { withoutMark } from './byte-order-mark';
import { MALFORMED, TOO_LARGE } from './failure';
import type { AnswerReader, Ending, Known, Progress } from './http-exchange';
import { type JsonRecord, parseRecord } from './json';
import { errorIn, providerError, refusalOf } from './provider-error';

/** What a whole answer says. */
export interface Understood extends Known {
  /** What the client gets in place of the provider's own body. */
  readonly rewritten?: string;
}

const BYTES_MAX = 64 * 1024 * 1024;

/** Who has room for what is read. */
export type AnswerKeeper = Pick<AnswerReceiver, 'keep' | 'whenRoom'>;

export class WholeAnswerReader implements AnswerReader {
  begun = false;
  known: Understood = { reportedModel: null, usage: undefined, outputText: '' };
  private readonly parts: Buffer[] = [];
  private readonly arriving = new LargerPieces((part) => this.parts.push(part));
  private bytes = 0;

  constructor(
    private readonly channel: Channel,
    private readonly keeper: AnswerKeeper,
    private readonly understands: (json: JsonRecord) => Understood | undefined,
    private readonly errorOf: (json: JsonRecord) => unknown = () => undefined,
  ) {}

  begin(_contentType: string | undefined): void {
    // Whatever the content type says: the body itself shows whether it is an answer.
  }

  data(chunk: Buffer): Progress {
    this.begun = true;
    this.bytes += chunk.length;
    if (this.bytes > BYTES_MAX) return { ok: false, failure: TOO_LARGE };
    this.arriving.add(chunk);
    return this.keeper.keep(chunk.length) ? 'more' : 'slow';
  }

  whenReady(): Promise<void> {
    return this.keeper.whenRoom();
  }

  end(lost: boolean): Ending | undefined {
    if (lost) return undefined;
    const text = this.text();
    if (text === undefined) return { ok: false, failure: MALFORMED };
    const json = parseRecord(text);
    return json === undefined ? { ok: false, failure: MALFORMED } : this.understand(text, json);
  }

  /** The body; undefined when it is not UTF-8. */
  protected text(): string | undefined {
    this.arriving.end();
    const [first] = this.parts;
    const body = this.parts.length === 1 && first !== undefined ? first : Buffer.concat(this.parts);
    return isUtf8(body) ? withoutMark(body.toString('utf8')) : undefined;
  }

  refusal(status: number, body: string): AttemptFailure {
    return refusalOf(status, body, this.channel);
  }

  private understand(text: string, json: JsonRecord): Ending {
    const understood = baseRefusalIn(json) === undefined ? this.understands(json) : undefined;
    if (understood === undefined) return { ok: false, failure: this.failureIn(json) };
    this.known = understood;
    return { ok: true, answer: { kind: 'whole', text: understood.rewritten ?? text } };
  }

  private failureIn(json: JsonRecord): AttemptFailure {
    const error = errorIn(json) ?? this.errorOf(json);
    return error === undefined ? MALFORMED : providerError(error, this.channel);
  }
}
