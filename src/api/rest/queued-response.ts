/** Responses that wait behind another one of the same connection, where a client sends requests without waiting for answers. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
