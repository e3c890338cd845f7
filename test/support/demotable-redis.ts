/** Stands between a client and Redis, as an address does that leads elsewhere after a failover. */
import type { Socket } from 'node:net';
import { goTogether, standBetween } from './stand-between';

export interface DemotableRedis {
  /** The address of the server, before the failover and after it. */
  readonly url: string;
  /** The failover: the connections that there are lead to a replica from now on, which answers and takes no change; new ones to the primary. */
  demote(): void;
  /** How many still lead to the replica. */
  behind(): number;
  close(): Promise<void>;
}

const CHANGES = /\r\n(EVALSHA|EVAL|BZPOPMIN)\r\n/i;
const REFUSED = "-READONLY You can't write against a read only replica.\r\n";

export async function demotableRedis(target: string): Promise<DemotableRedis> {
  const connected = new Set<Socket>();
  const demoted = new Set<Socket>();
  const { url, close } = await standBetween(target, (client, behind) => {
    goTogether(client, behind);
    connected.add(client);
    client.on('close', () => {
      connected.delete(client);
      demoted.delete(client);
    });
    client.on('data', (said: Buffer) => {
      if (demoted.has(client) && CHANGES.test(said.toString('latin1'))) client.write(REFUSED);
      else behind.write(said);
    });
    behind.pipe(client);
  });
  return {
    url: url.replace(/\/$/, ''),
    demote: () => {
      for (const client of connected) demoted.add(client);
    },
    behind: () => demoted.size,
    close,
  };
}
