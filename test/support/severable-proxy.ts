/** Stands between a client and a server, and can cut every connection at once; new ones get through again. */
import { goTogether, standBetween } from './stand-between';

export interface SeverableProxy {
  /** The address of the server with this proxy in front of it. */
  readonly origin: string;
  /** How many connections were made so far. */
  readonly connections: number;
  sever(): void;
  close(): Promise<void>;
}

export async function severableProxy(target: string): Promise<SeverableProxy> {
  let connections = 0;
  const { url, sever, close } = await standBetween(target, (client, behind) => {
    connections += 1;
    goTogether(client, behind);
    client.pipe(behind).pipe(client);
  });
  return {
    origin: url.replace(/\/$/, ''),
    get connections() {
      return connections;
    },
    sever,
    close,
  };
}
