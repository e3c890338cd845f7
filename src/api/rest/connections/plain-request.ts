/** Requests that stay HTTP/1.1, whatever else their clients offer to speak, and whose bodies take what they are long. */
import { IncomingMessage } from 'node:http';
import { LargerPieces } from '../../../kernel/larger-pieces';

const WEBSOCKET = /\bwebsocket\b/i;

/**
 * As soon as anybody listens for WebSockets, the server takes every request with an `Upgrade` header out of HTTP. Clients that offer
 * `h2c` in each of theirs, as those of Java do, would get no answer: a server may pass the offer over (RFC 9110, 7.8). And whoever asks
 * for a WebSocket where there is none would not be answered as everybody else.
 */
export class PlainRequest extends IncomingMessage {
  private offered = false;
  private pieces: LargerPieces | null = null;
  private takesMore = true;
  /** Where there are WebSockets. */
  protected readonly webSocketPath: string | undefined = undefined;

  get asksForWebSocket(): boolean {
    return this.offered && WEBSOCKET.test(this.headers.upgrade ?? '');
  }

  /** Set by the parser; read by the server, to decide. */
  get upgrade(): boolean {
    if (!this.offered || this.method === 'CONNECT') return this.offered;
    return this.asksForWebSocket && this.url?.split('?')[0] === this.webSocketPath;
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered === true;
  }

  /** Called by the parser with each piece of a body, and with `null` at its end. All bodies are read whole, and every piece is kept until then. */
  override push(piece: Buffer | null): boolean {
    if (piece === null) {
      this.pieces?.end();
      return super.push(null);
    }
    this.pieces ??= new LargerPieces((each) => {
      this.takesMore = super.push(each);
    });
    // What is gathered fills nothing: told to wait for it, the connection would wait for ever.
    this.takesMore = true;
    this.pieces.add(piece);
    return this.takesMore;
  }
}

/** The class of requests for a server that has WebSockets at one path, or at none. */
export function plainRequest(webSocketPath: string | undefined): typeof PlainRequest {
  return class extends PlainRequest {
    protected override readonly webSocketPath = webSocketPath;
  };
}
