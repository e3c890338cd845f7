/** Responses that nobody takes: their clients stay connected, and read nothing. */
import type { ServerResponse } from 'node:http';

/** How long a client may take nothing of a response that is there to its end: longer than anybody pauses who still wants it. */
const UNTAKEN_MS = 300_000;

/**
 * Closes a response that has ended when its client takes no byte of it for so long. Until then it is kept in memory, and a stop of the
 * gateway waits for it: a client that never reads would have that for ever. While more of it may come, its own deadlines count.
 */
export function closeUntaken(response: ServerResponse, ms: number = UNTAKEN_MS): void {
  // Told after so long without a byte in either direction, which is also how it is while a provider thinks.
  response.setTimeout(ms, () => {
    if (response.writableEnded) response.destroy();
    // Not told again before the next byte, which a full connection may never see.
    else response.socket?.setTimeout(ms);
  });
}
