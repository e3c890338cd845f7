/** Requests that are answered before their bodies have come, such as those that are too large, or of nobody who is known. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RestLimits {
  readonly bytes: number;
  readonly ms: number;
}

/** Twice the largest body, and as long as a slow line takes for the rest of what its client has begun. */
const REST: RestLimits = { bytes: 64 * 1024 * 1024, ms: 30_000 };
const LOOKS_PER_REST = 300;

/**
 * What still comes of such a body is read and forgotten, because most clients send all of it before they read: closed at once, they
 * are told of a broken connection, and not why. Beyond the limits the connection is closed: some would send for ever.
 */
export function closeUnread(request: IncomingMessage, response: ServerResponse, { bytes, ms }: RestLimits = REST): void {
  response.once('finish', () => {
    if (request.complete) return;
    const { socket } = request;
    const before = socket.bytesRead;
    let looks = 0;
    const looking = setInterval(() => {
      looks += 1;
      if (looks >= LOOKS_PER_REST || socket.bytesRead - before > bytes) socket.destroy();
      if (request.complete || socket.destroyed) clearInterval(looking);
    }, ms / LOOKS_PER_REST);
    socket.once('close', () => clearInterval(looking));
  });
}
