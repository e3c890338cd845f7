/** The body of a response as pieces of text, each sent when it is there. */
import type { ServerResponse } from 'node:http';

/**
 * Frames the pieces itself (RFC 9112, 7.1): the server would hand each to the socket as four, which costs more than everything
 * else that is done to it. To be made when the head is written, and before anything of the body is.
 */
export class ChunkedText {
  /** A client of HTTP/1.0 takes the body as it is, up to the end of the connection. */
  private readonly framed: boolean;

  constructor(private readonly response: ServerResponse) {
    this.framed = response.chunkedEncoding;
    response.chunkedEncoding = false;
  }

  /** False: the client is slow, as `ServerResponse.write` says it. */
  write(text: string): boolean {
    return this.response.write(this.piece(text));
  }

  end(text: string): void {
    this.response.end(this.framed ? `${this.piece(text)}0\r\n\r\n` : text);
  }

  /** An empty one would be the end of the body. */
  private piece(text: string): string {
    return this.framed && text !== '' ? `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` : text;
  }
}
