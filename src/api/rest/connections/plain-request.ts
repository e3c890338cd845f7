/** Requests that stay HTTP/1.1, whatever else their clients offer to speak, and whose bodies take what they are long. */
import { IncomingMessage, type ServerResponse } from 'node:http';
import { LargerPieces } from '../../../kernel/larger-pieces';

const WEBSOCKET = /\bwebsocket\b/i;
/**
 * Measured: each piece of a body takes a microsecond of everybody's time, however few bytes it has. So many are taken in any case, and
 * more where they are no crumbs: 200 clients that send bytes one by one would keep all others waiting for minutes after they have left.
 */
const PIECES_MAX = 65_536;
const CRUMB_BYTES = 16;

/**
 * As soon as anybody listens for WebSockets, the server takes every request with an `Upgrade` header out of HTTP. Clients that offer
 * `h2c` in each of theirs, as those of Java do, would get no answer: a server may pass the offer over (RFC 9110, 7.8). And whoever asks
 * for a WebSocket where there is none would not be answered as everybody else.
 */
export class PlainRequest extends IncomingMessage {
  private offered = false;
  private isUpgraded: boolean | null = null;
  private pieces: LargerPieces | null = null;
  private taken = 0;
  private bytes = 0;
  private takesMore = true;
  /** Where there are WebSockets. */
  protected readonly webSocketPath: string | undefined = undefined;

  get asksForWebSocket(): boolean {
    return this.offered && WEBSOCKET.test(this.headers.upgrade ?? '');
  }

  get isAtWebSockets(): boolean {
    return this.url?.split('?')[0] === this.webSocketPath;
  }

  /**
   * Set by the parser; read by the server, to decide, and again with what comes later. Not before every answer is there that was asked for
   * earlier: the server would look after those no more, and what was left of them would stand among the frames.
   */
  get upgrade(): boolean {
    if (!this.offered || this.method === 'CONNECT') return this.offered;
    const { _httpMessage: writing } = this.socket as { _httpMessage?: ServerResponse | null };
    this.isUpgraded ??= this.asksForWebSocket && this.isAtWebSockets && !writing;
    return this.isUpgraded;
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered === true;
  }

  /** Node passes the pieces of a body that nobody reads any more over uncounted, such as what still comes of a stranger's: they take their time all the same. */
  protected get _dumped(): boolean {
    return false;
  }

  protected set _dumped(_isDumped: boolean) {
    // Read and forgotten in any case.
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
    this.taken += 1;
    this.bytes += piece.length;
    if (this.taken > PIECES_MAX && this.bytes < this.taken * CRUMB_BYTES) this.socket.destroy();
    return this.takesMore;
  }
}

/** The class of requests for a server that has WebSockets at one path, or at none. */
export function plainRequest(webSocketPath: string | undefined): typeof PlainRequest {
  return class extends PlainRequest {
    protected override readonly webSocketPath = webSocketPath;
  };
}
