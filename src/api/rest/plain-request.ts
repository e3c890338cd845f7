/** Requests that stay HTTP/1.1, whatever else their clients offer to speak. */
import { IncomingMessage } from 'node:http';

const WEBSOCKET = /\bwebsocket\b/i;

/**
 * As soon as anybody listens for WebSockets, the server takes every request with an `Upgrade` header out of HTTP. Clients that offer
 * `h2c` in each of theirs, as those of Java do, would get no answer: a server may pass the offer over (RFC 9110, 7.8).
 */
export class PlainRequest extends IncomingMessage {
  private offered = false;

  /** Set by the parser; read by the server, to decide. */
  get upgrade(): boolean {
    return this.offered && (this.method === 'CONNECT' || WEBSOCKET.test(this.headers.upgrade ?? ''));
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered === true;
  }
}
