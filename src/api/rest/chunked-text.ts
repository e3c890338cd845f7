/** The body of a response as text that is sent as it comes. */
import type { ServerResponse } from 'node:http';

/**
 * What one turn of the event loop brings leaves as one chunk, which is framed here (RFC 9112, 7.1): the server would hand every
 * piece to the socket as four. Nothing waits for that: the socket would be written at the end of the turn anyway. To be made when
 * the head is written, and before anything of the body is.
 */
export class ChunkedText {
  /** A client of HTTP/1.0 takes the body as it is, up to the end of the connection. */
  private readonly framed: boolean;
  private waiting = '';

  constructor(private readonly response: ServerResponse) {
    this.framed = response.chunkedEncoding;
    response.chunkedEncoding = false;
  }

  /** False: the client is slow, and nothing should follow before the response is drained. */
  write(text: string): boolean {
    if (this.waiting === '') process.nextTick(() => this.send());
    this.waiting += text;
    return !this.response.writableNeedDrain;
  }

  end(text: string): void {
    const rest = this.waiting + text;
    this.waiting = '';
    this.response.end(this.framed ? `${this.chunk(rest)}0\r\n\r\n` : rest);
  }

  private send(): void {
    const text = this.waiting;
    this.waiting = '';
    if (text !== '') this.response.write(this.chunk(text));
  }

  /** An empty one would be the end of the body. */
  private chunk(text: string): string {
    return this.framed && text !== '' ? `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` : text;
  }
}
