/**
 * Leaves a Redis that takes no change: after a failover the address may lead elsewhere, while connections to the former primary, which
 * is a replica now, stay as they are and answer. One that hears so of a command tells it for all of its address: what only publishes hears nothing.
 */

/** What is used of a client of Redis. */
interface Client {
  readonly isReady: boolean;
  on(event: 'ready' | 'end', listener: () => void): unknown;
  sendCommand(command: readonly string[]): Promise<unknown>;
}

const TAKES_NO_CHANGE = 'READONLY';
/** Where the address itself is a replica's. */
const LEFT_AGAIN_AFTER_MS = 1_000;

/** Clients that were ready once and have not ended, by their address. */
const clientsOf = new Map<string, Set<Client>>();
const leftLately = new Set<string>();

/** From now on it leaves its server with all others of its address. */
export function leavesWithOthers(url: string, client: Client): void {
  const clients = clientsOf.get(url) ?? new Set();
  clientsOf.set(url, clients);
  client.on('ready', () => clients.add(client));
  client.on('end', () => clients.delete(client));
}

/** Has all connections to this address made anew, where this is what a replica says to who would change something. */
export function leaveWhereReadOnly(url: string, error: unknown): void {
  if (!(error instanceof Error) || !error.message.startsWith(TAKES_NO_CHANGE) || leftLately.has(url)) return;
  leftLately.add(url);
  setTimeout(() => leftLately.delete(url), LEFT_AGAIN_AFTER_MS).unref();
  // The server is asked to close them, as if it were gone: clients come back from that by themselves, whoever uses them.
  for (const client of clientsOf.get(url) ?? []) if (client.isReady) client.sendCommand(['QUIT']).catch(() => undefined);
}
