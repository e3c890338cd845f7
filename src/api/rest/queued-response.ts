/** Responses that wait behind another one of the same connection, where a client sends requests without waiting for answers. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Resolves when the response may be written, or its client has left. What is not safe to be done twice is done in the order in which
 * it was asked for (RFC 9112, 9.3.2): work for a response that waits may never be seen, and text that is kept for it is not delivered.
 */
export async function turnOf(response: ServerResponse): Promise<void> {
  if (response.socket !== null || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('socket', () => resolve()).once('close', () => resolve());
  });
}

/** So many requests on one connection are no leak. */
const ANY_NUMBER = 0;

/**
 * Closes the response when its connection ends before its turn has come. HTTP tells only the one that is being written: the ones
 * behind it would be served to the end, and waited for, as if somebody still took them.
 */
export function closeWithConnection(connection: Socket, response: ServerResponse): void {
  if (response.socket !== null) return;
  const lost = () => {
    if (response.socket !== null) return;
    response.destroy();
    response.emit('close');
  };
  connection.setMaxListeners(ANY_NUMBER).once('close', lost);
  response.once('close', () => connection.off('close', lost));
}
