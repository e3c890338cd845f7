/** Stands between a client and MySQL, and cuts the connection around a COMMIT, once for every time it is told to. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `before`: the COMMIT never arrives. `after`: it is carried out, and its answer never arrives. */
export type Cut = 'before' | 'after';

export interface CuttingProxy {
  /** The database's address with this proxy in front of it. */
  readonly url: string;
  /** Cuts the next COMMITs in this order. */
  cut(...cuts: Cut[]): void;
  /** How many cuts are still to come. */
  left(): number;
  /** Refuses all connections until `mend`. */
  sever(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const cuts: Cut[] = [];
  const sockets = new Set<Socket>();
  let severed = false;
  const server = createServer((client) => {
    if (severed) {
      client.destroy();
      return;
    }
    const database = connect(Number(port), hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    let mute = false;
    client.on('data', (bytes) => {
      const cut = isCommit(bytes) ? cuts.shift() : undefined;
      mute ||= cut === 'after';
      if (cut === 'before') client.destroy();
      else database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (mute) client.destroy();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut: (...more) => void cuts.push(...more),
    left: () => cuts.length,
    sever: () => {
      severed = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      severed = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A COMMIT goes out as a statement of its own: the packet's header, the command, and the word. */
function isCommit(bytes: Buffer): boolean {
  return bytes.subarray(5).toString('latin1') === 'COMMIT';
}
