/** The bytes of server-sent events, made into events, within bounds. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { AttemptFailure } from '../attempts/upstream';
import { withoutMark } from './byte-order-mark';
import { MALFORMED, TOO_LARGE } from './failure';
import { Utf8Stream } from './utf8-stream';

const EVENT_CHARACTERS_MAX = 8 * 1024 * 1024;
const STREAM_BYTES_MAX = 256 * 1024 * 1024;
const SEEN_AT_ONCE = 1_024;
/** How events begin, and neither JSON nor a page does: some servers send them under the name of a text. */
const EVENTS_BEGIN = /^(?:data|event|id|retry)?:/;
const BEGINNING_LENGTH = 'event:'.length;
/** How no line of events begins: some servers send an error under their name. */
const JSON_BEGINS = /^\s*[{[]/;

export class EventStream {
  /** What came in place of events, although a stream was asked for; null while events come. */
  body: string | null = null;
  private readonly characters = new Utf8Stream();
  private readonly parser;
  private bytes = 0;
  private begun = false;
  private failure: AttemptFailure | null = null;

  constructor(onEvent: (event: EventSourceMessage) => void) {
    this.parser = createParser({
      maxBufferSize: EVENT_CHARACTERS_MAX,
      onEvent,
      onError: ({ type, field, value = '' }) => {
        if (type === 'max-buffer-size-exceeded') this.failure = TOO_LARGE;
        // llama.cpp of 2025: a field that is none of theirs, where others have the name of an event.
        if (type === 'unknown-field' && field === 'error') onEvent({ event: 'error', data: value, id: undefined });
      },
    });
  }

  begin(contentType: string | undefined): void {
    if (contentType !== undefined && !contentType.toLowerCase().startsWith('text/event-stream')) this.body = '';
  }

  /** The last event may lack its empty line. */
  finish(): void {
    if (this.body === null) this.parser.feed('\n\n');
  }

  private beginning(decoded: string): string {
    const text = withoutMark(decoded);
    if (JSON_BEGINS.test(text)) this.body = '';
    return text;
  }

  /** Looked at only while it is so short that it was not known yet what it is. */
  private gather(before: string, text: string): void {
    const body = before === '' ? text.trimStart() : before + text;
    const isEvents = before.length < BEGINNING_LENGTH && EVENTS_BEGIN.test(body);
    this.body = isEvents ? null : body;
    if (isEvents) this.parse(body);
  }

  /**
   * For each line the parser looks for either of its ends as far as it can see, once there is a carriage return: a chunk of nothing but line
   * ends would take it a thousand times as long as any other.
   */
  private parse(text: string): void {
    const length = text.includes('\r') ? SEEN_AT_ONCE : text.length;
    for (let start = 0; start < text.length && this.failure === null; start += length) this.parser.feed(text.slice(start, start + length));
  }

  /** Tells the events that are whole with these bytes. null: there is nothing wrong with them. */
  feed(chunk: Buffer): AttemptFailure | null {
    this.bytes += chunk.length;
    if (this.bytes > STREAM_BYTES_MAX) return TOO_LARGE;
    const decoded = this.characters.decode(chunk);
    const text = this.begun ? decoded : this.beginning(decoded);
    this.begun ||= text.trim() !== '';
    if (this.body === null) this.parse(text);
    else this.gather(this.body, text);
    if (this.body !== null && this.bytes > EVENT_CHARACTERS_MAX) return MALFORMED;
    return this.failure ?? (this.characters.broken ? MALFORMED : null);
  }
}
