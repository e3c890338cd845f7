/** One WebSocket of a client: who it is, and whether it still may be. */
import type { WebSocket } from 'ws';
import { Fault } from '../../../kernel/fault';
import { authenticateViewer, type Viewer, type ViewerMeans } from '../../../keys/viewer';

/** Close codes of `graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const RETRY_LATER = 1013;

export interface LiveConnection {
  readonly socket: WebSocket;
  readonly secret: string | null;
  readonly viewer: Viewer;
}

/** The bearer secret in the payload of `connection_init`: `{ "authorization": "Bearer …" }`. */
export function secretIn(params: Readonly<Record<string, unknown>> | undefined): string | null {
  const given = params?.['authorization'] ?? params?.['Authorization'];
  return typeof given === 'string' ? (/^Bearer\s+(\S+)\s*$/i.exec(given)?.[1] ?? null) : null;
}

/** Closes the socket when nobody may use it with this secret; gives the viewer otherwise. */
export async function admitted(means: ViewerMeans, socket: WebSocket, secret: string | null): Promise<Viewer | null> {
  try {
    return await authenticateViewer(means, secret);
  } catch (error) {
    const fault = error instanceof Fault ? error : null;
    if (fault === null || fault.code === 'temporarily_unavailable') socket.close(RETRY_LATER, 'Try again in a moment.');
    else socket.close(fault.code === 'invalid_api_key' ? UNAUTHORIZED : FORBIDDEN, fault.publicMessage.slice(0, 120));
    return null;
  }
}

/**
 * Asks again for every connection whether its secret still opens what it opened: each secret once. What was revoked is
 * cut off; a database that does not answer cuts off nobody.
 */
export async function expelRevoked(means: ViewerMeans, connections: readonly LiveConnection[]): Promise<void> {
  const bySecret = new Map<string | null, LiveConnection[]>();
  for (const connection of connections) {
    const known = bySecret.get(connection.secret);
    if (known === undefined) bySecret.set(connection.secret, [connection]);
    else known.push(connection);
  }
  for (const [secret, same] of bySecret) {
    const refusal = await authenticateViewer(means, secret).then(
      () => null,
      (error: unknown) => error,
    );
    if (!(refusal instanceof Fault) || refusal.code === 'temporarily_unavailable') continue;
    for (const { socket } of same) socket.close(FORBIDDEN, refusal.publicMessage.slice(0, 120));
  }
}
