/**
 * One request to a provider and its answer, whatever the protocol: sending, deadlines, back-pressure, and the end. What
 * the bytes mean is the business of an `AnswerReader`. Works on the callbacks of the HTTP client: no promise for a chunk.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Answer, AnswerFacts, AttemptFailure, UpstreamExchange, UpstreamResult } from '../attempts/upstream';
import type { Clock } from '../kernel/clock';
import type { ChannelTimeouts } from '../routing/catalog';
import { Deadlines } from './deadlines';
import { CUT, deadlineFailure, MALFORMED, REDIRECTED, refusalAtPath, transportFailure } from './failure';
import { rateResetMs } from './rate-reset';
import { holdsSecret } from './scrub-secret';

/** How the reading of an answer ended. */
export type Ending = { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly failure: AttemptFailure };
/** `slow`: no more can be taken before `whenReady`, by the client or into memory. An ending: the rest of the body does not matter. */
export type Progress = 'more' | 'slow' | Ending;

/** What a reader knows of an answer so far. */
export interface Known extends Pick<AnswerFacts, 'reportedModel' | 'usage' | 'outputText' | 'classes' | 'audio'> {
  /** The provider's id of the answer, for those that send none of the request. */
  readonly answerId?: string | null;
}

/** Makes an answer from bytes. */
export interface AnswerReader {
  /** The head of an answer of 200 to 299. */
  begin(contentType: string | undefined): void;
  data(chunk: Buffer): Progress;
  whenReady(): Promise<void>;
  /** The body has ended as HTTP says; or, when `lost`, the connection broke. Undefined then: nothing usable had arrived. */
  end(lost: boolean): Ending | undefined;
  /** The failure that an answer of 400 and more, or of 3xx, stands for; `body` may be clipped. */
  refusal(status: number, body: string): AttemptFailure;
  /** True as soon as a part of the answer was seen. */
  readonly begun: boolean;
  readonly known: Known;
}

export interface OutgoingRequest {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: string | Buffer;
  readonly timeouts: ChannelTimeouts;
  /** The channel's own: whatever a provider says it back in is not kept. Empty: it has none. */
  readonly secret: string;
  /** Its other ones, where it has several. */
  readonly otherSecrets?: readonly string[] | undefined;
}

/** What a provider sends may be of a kind that nobody thought of, such as JSON that is too deep to be printed: it fails its own exchange alone. */
const UNREADABLE: Ending = { ok: false, failure: MALFORMED };
const RATE_LIMITED = 429;
const REFUSAL_BYTES_MAX = 64 * 1024;
/** Ids have no spaces, and nothing that a page or a log would take for something else. */
const REQUEST_ID = /^[\w.:/+=@-]{1,200}$/;
const MODEL_MAX = 200;
const PLAIN = new Set(['', 'identity']);
/** How long the rest of a complete answer may take, so that its connection can be used again. */
const TAIL_MS = 1_000;

/** Proxies add a header that is there already: said twice it means the same, and what differs counts as it was said last. */
function onceOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.at(-1);
}

export class HttpExchange implements Dispatcher.DispatchHandler, UpstreamExchange {
  readonly result: Promise<UpstreamResult>;
  private resolve: (result: UpstreamResult) => void = () => undefined;
  private finished = false;
  private controller: Dispatcher.DispatchController | null = null;
  private tail: NodeJS.Timeout | undefined;
  private readonly deadlines: Deadlines;
  private readonly sentAt: number;
  private waitedMs: number | null = null;
  private status: number | null = null;
  private requestId: string | null = null;
  private readonly secret: string;
  private readonly otherSecrets: readonly string[] | undefined;
  private resetMs: number | undefined;
  private refused: Buffer[] | null = null;
  private refusedBytes = 0;

  constructor(
    request: OutgoingRequest,
    private readonly reader: AnswerReader,
    private readonly clock: Clock,
  ) {
    this.result = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.sentAt = clock.monotonic();
    this.deadlines = new Deadlines(request.timeouts, clock, (kind) => this.fail(deadlineFailure(kind)));
    this.secret = request.secret;
    this.otherSecrets = request.otherSecrets;
    const { origin, path, headers, body } = request;
    request.dispatcher.dispatch({ origin, path, method: 'POST', headers, body }, this);
  }

  cut(): void {
    this.finish({ ok: false, failure: CUT });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Ended while it waited for a connection: nothing is sent.
    if (this.finished) this.abort();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.finished) return;
    this.status = status;
    this.requestId = this.idIn(onceOf(headers['x-request-id'] ?? headers['request-id']));
    const encoded = [headers['content-encoding'] ?? ''].flat().some((encoding) => !PLAIN.has(encoding.toLowerCase()));
    if (status >= 300) {
      this.refused = [];
      if (status === RATE_LIMITED) this.resetMs = rateResetMs(headers, this.clock.now());
      // What was packed although nobody asked for it is never unpacked, however little it seems to be.
      if (encoded) this.fail(MALFORMED);
      return;
    }
    if (encoded) return this.fail(MALFORMED);
    this.reader.begin(onceOf(headers['content-type']));
  }

  private idIn(id: unknown): string | null {
    return typeof id === 'string' && REQUEST_ID.test(id) && !this.holdsSecret(id) ? id : null;
  }

  private holdsSecret(text: string): boolean {
    return holdsSecret(text, this.secret) || this.otherSecrets?.some((secret) => holdsSecret(text, secret)) === true;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.finished) return;
    const now = this.clock.monotonic();
    this.deadlines.awaitNextByte(now);
    if (this.refused !== null) return this.collectRefusal(this.refused, chunk);
    if (!this.reader.begun) this.waitedMs = now - this.sentAt;
    const progress = this.progressWith(chunk);
    if (progress === 'more' || this.finished) return;
    if (progress === 'slow') this.pause(controller);
    else this.finish(progress);
  }

  onResponseEnd(): void {
    clearTimeout(this.tail);
    this.controller = null;
    if (this.finished) return;
    if (this.refused !== null) return this.fail(MALFORMED);
    this.finish(this.endOf(false) ?? UNREADABLE);
  }

  private progressWith(chunk: Buffer): Progress {
    try {
      return this.reader.data(chunk);
    } catch {
      return UNREADABLE;
    }
  }

  private endOf(lost: boolean): Ending | undefined {
    try {
      return this.reader.end(lost);
    } catch {
      return UNREADABLE;
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.tail);
    const sending = this.controller !== null;
    this.controller = null;
    if (this.finished) return;
    const answered = this.status !== null && this.refused === null;
    const ending = answered ? this.endOf(true) : undefined;
    if (ending !== undefined) this.finish(ending);
    else this.fail(transportFailure(error, sending));
  }

  private collectRefusal(parts: Buffer[], chunk: Buffer): void {
    parts.push(chunk);
    this.refusedBytes += chunk.length;
    if (this.refusedBytes >= REFUSAL_BYTES_MAX) this.fail(MALFORMED);
  }

  private pause(controller: Dispatcher.DispatchController): void {
    controller.pause();
    this.deadlines.paused();
    const resume = () => {
      if (this.finished) return;
      this.deadlines.awaitNextByte(this.clock.monotonic());
      controller.resume();
    };
    void this.reader.whenReady().then(resume, resume);
  }

  /** A refusal stays what it is, however the reading of its body ends. */
  private fail(failure: AttemptFailure): void {
    this.finish({ ok: false, failure: this.refused === null ? failure : this.refusal(this.refused) });
  }

  private refusal(parts: Buffer[]): AttemptFailure {
    const status = this.status ?? 0;
    if (status < 400) return REDIRECTED;
    const failure = this.refusalIn(Buffer.concat(parts).toString('utf8', 0, REFUSAL_BYTES_MAX), status);
    return this.resetMs === undefined ? failure : { ...failure, resetMs: this.resetMs };
  }

  private refusalIn(body: string, status: number): AttemptFailure {
    try {
      return refusalAtPath(this.reader.refusal(status, body));
    } catch {
      return { ...MALFORMED, kind: 'provider_error', status };
    }
  }

  private finish(ending: Ending): void {
    if (this.finished) return;
    this.finished = true;
    this.deadlines.stop();
    const facts = this.facts();
    this.resolve(ending.ok ? { ok: true, answer: ending.answer, facts } : { ok: false, failure: ending.failure, facts });
    if (!ending.ok) this.abort();
    else if (this.controller !== null) this.tail = setTimeout(() => this.abort(), TAIL_MS).unref();
  }

  facts(): AnswerFacts {
    const { usage, outputText, classes, audio, answerId } = this.reader.known;
    const reportedModel = this.named(this.reader.known.reportedModel);
    const firstByteMs = this.reader.begun ? this.waitedMs : null;
    const upstreamRequestId = this.requestId ?? this.idIn(answerId);
    const facts = { providerStatus: this.status, upstreamRequestId, reportedModel, usage, outputText, firstByteMs };
    return classes === undefined && audio === undefined ? facts : { ...facts, ...(classes && { classes }), ...(audio && { audio }) };
  }

  /** A name is short, and not our secret. */
  private named(model: string | null): string | null {
    return model === null || model.length > MODEL_MAX || this.holdsSecret(model) ? null : model;
  }

  private abort(): void {
    const { controller } = this;
    this.controller = null;
    controller?.abort(new Error('the exchange has ended'));
  }
}
