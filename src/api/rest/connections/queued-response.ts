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
/** More than any client sends without waiting for an answer: each is kept in memory until its turn comes. */
export const QUEUED_MAX = 100;

const queued = new WeakMap<Socket, number>();

/**
 * Counts a response that waits behind others, and closes its connection when they are too many. False: it is closed, and nothing is to be
 * done for the request. A connection that takes in as much as it is sent would let one client fill the memory, and the ledger's queue
 * when it leaves.
 */
export function mayQueue(connection: Socket, response: ServerResponse): boolean {
  if (connection.destroyed) return false;
  if (response.socket !== null) return true;
  const waiting = (queued.get(connection) ?? 0) + 1;
  if (waiting > QUEUED_MAX) {
    connection.destroy();
    return false;
  }
  queued.set(connection, waiting);
  response.once('socket', () => queued.set(connection, (queued.get(connection) ?? 1) - 1));
  return true;
}

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
