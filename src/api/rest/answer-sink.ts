/** Writes answers to a raw HTTP response: whole bodies, server-sent events with back-pressure, and errors in either. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AnswerHead, AnswerSink } from '../../gateway/completion-request';
import type { KeptAnswer } from '../../gateway/ending/kept-answer';
import type { Endpoint } from '../../gateway/endpoints/endpoint';
import type { Fault } from '../../kernel/fault';
import type { RateLevels } from '../../keys/rate-limiter';
import { renderMessagesError } from './anthropic-error';
import type { AnswerPlace } from './bodies/answer-room';
import { ChunkedText } from './chunked-text';
import type { UntakenAnswers } from './connections/untaken-answers';
import { renderError } from './openai-error';
import { rateHeaders } from './rate-headers';

/** What of an answer is kept in memory. */
export interface AnswerMemory {
  /** Of this request, until it has ended. */
  readonly place: Pick<AnswerPlace, 'keep' | 'whenRoom'>;
  readonly untaken: Pick<UntakenAnswers, 'watch'>;
}

export class HttpAnswerSink implements AnswerSink {
  private head: AnswerHead | null = null;
  /** Of the typed events that were written. */
  private lastNumber = -1;
  private rates: Readonly<Record<string, string>> | null = null;
  private stream: ChunkedText | null = null;
  /** What is sent is audio, in which no error can be told. */
  private audio = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly requestId: string,
    private readonly ending: Endpoint['ending'] = 'done-marker',
    private readonly memory: AnswerMemory | null = null,
  ) {}

  get started(): boolean {
    return this.response.headersSent;
  }

  announce(head: AnswerHead): void {
    this.head = head;
  }

  announceRates(levels: RateLevels): void {
    this.rates = rateHeaders(levels);
  }

  write(frames: string): boolean {
    if (this.ending === 'closing-event') this.lastNumber = lastNumberIn(frames) ?? this.lastNumber;
    return this.begun().write(frames) || this.response.destroyed;
  }

  writeBytes(bytes: Buffer, contentType: string): boolean {
    this.startAudio(contentType);
    return this.response.write(bytes) || this.response.destroyed;
  }

  whenReady(): Promise<void> {
    const { response } = this;
    if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      // A client that leaves while the socket is full never drains it.
      response.on('close', done);
    });
  }

  keep(bytes: number): boolean {
    return this.memory?.place.keep(bytes) ?? true;
  }

  async whenRoom(): Promise<void> {
    await this.memory?.place.whenRoom();
  }

  finishWhole(text: string, charge: string, contentType?: string): void {
    this.sendBody(200, text, { 'x-forge-charge': charge, ...(contentType !== undefined && { 'content-type': contentType }) });
  }

  finishStream(frames: string): void {
    this.begun().end(frames);
  }

  finishAudio(bytes: Buffer, contentType: string): void {
    this.startAudio(contentType);
    this.response.end(bytes);
  }

  /** As the first client got it: headers of that request, and every byte of its body. */
  giveAgain({ requestId, routeType, bucket, stream, charge, text, contentType = 'application/json' }: KeptAnswer): void {
    if (this.response.destroyed) return;
    this.response.writeHead(200, {
      'x-request-id': requestId,
      'content-type': stream ? 'text/event-stream; charset=utf-8' : contentType,
      'content-length': Buffer.byteLength(text),
      'x-forge-route-type': routeType,
      'x-forge-bucket': bucket,
      'idempotent-replayed': 'true',
      ...(this.ending === 'message-stop' && { 'request-id': requestId }),
      ...this.rates,
      ...(charge === null ? {} : { 'x-forge-charge': charge }),
    });
    this.response.end(text);
  }

  /** After the first byte an error is the stream's last event, without `[DONE]`; audio ends in the middle, so that nobody takes it for whole. */
  fail(fault: Fault): void {
    if (this.audio) {
      this.response.destroy();
      return;
    }
    if (this.ending === 'message-stop') return this.failMessage(fault);
    const { status, headers, body } = renderError(fault, this.requestId);
    if (this.stream !== null)
      this.stream.end(this.ending === 'done-marker' ? `data: ${JSON.stringify(body)}\n\n` : this.errorEvent(body.error));
    else this.sendBody(status, JSON.stringify(body), headers);
  }

  private failMessage(fault: Fault): void {
    const { status, headers, body } = renderMessagesError(fault, this.requestId);
    const text = JSON.stringify(body);
    if (this.stream !== null) this.stream.end(`event: error\ndata: ${text}\n\n`);
    else this.sendBody(status, text, headers);
  }

  /** As streams of typed events tell an error. */
  private errorEvent({ code, message, param }: { code: string | null; message: string; param: string | null }): string {
    const event = { type: 'error', code, message, param, sequence_number: this.lastNumber + 1 };
    return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
  }

  private startAudio(contentType: string): void {
    if (this.started) return;
    this.audio = true;
    this.response.writeHead(200, { ...this.commonHeaders(contentType), 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
  }

  private begun(): ChunkedText {
    this.stream ??= this.startStream();
    return this.stream;
  }

  private startStream(): ChunkedText {
    const headers = this.commonHeaders('text/event-stream; charset=utf-8');
    headers['cache-control'] = 'no-cache';
    headers['x-accel-buffering'] = 'no';
    this.response.writeHead(200, headers);
    return new ChunkedText(this.response);
  }

  private sendBody(status: number, text: string, extra: Readonly<Record<string, string>>): void {
    if (this.response.destroyed || this.started) return;
    const headers = this.commonHeaders('application/json');
    const bytes = Buffer.byteLength(text);
    headers['content-length'] = bytes;
    this.response.writeHead(status, Object.assign(headers, extra));
    this.memory?.untaken.watch(this.response, bytes);
    this.response.end(text);
  }

  private commonHeaders(contentType: string): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = { 'x-request-id': this.requestId, 'content-type': contentType };
    if (this.ending === 'message-stop') headers['request-id'] = this.requestId;
    if (this.rates !== null) Object.assign(headers, this.rates);
    if (this.head === null) return headers;
    headers['x-forge-route-type'] = this.head.routeType;
    headers['x-forge-bucket'] = this.head.bucket;
    return headers;
  }
}

const NUMBER = /"sequence_number"\s*:\s*(\d{1,9})/g;

function lastNumberIn(frames: string): number | undefined {
  const digits = [...frames.matchAll(NUMBER)].at(-1)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
}
