/** Stands between a client and MySQL, and makes the trouble that it is told to make. */
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
  /** Answers the next statements that `at` fits with an error of the server instead of passing them on; Infinity: until `mend`. */
  refuse(errno: number, times?: number, at?: RegExp): void;
  /** Refuses all connections until `mend`. */
  sever(): void;
  /** Accepts everything and answers nothing until `mend`; what was said meanwhile is lost with its connection. */
  hang(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const cuts: Cut[] = [];
  const sockets = new Set<Socket>();
  let severed = false;
  let hanging = false;
  const refusal = { errno: 0, times: 0, at: COMMIT };
  const fateOf = (statement: string): Cut | 'refused' | undefined => {
    if (refusal.times === 0 || !refusal.at.test(statement)) return COMMIT.test(statement) ? cuts.shift() : undefined;
    refusal.times -= 1;
    return 'refused';
  };
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
      mute ||= hanging;
      if (mute) return;
      const fate = fateOf(statementOf(bytes));
      mute = fate === 'after';
      if (fate === 'before') client.destroy();
      else if (fate === 'refused') client.write(errorPacket(refusal.errno));
      else database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (hanging) return;
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
    refuse: (errno, times = 1, at = COMMIT) => void Object.assign(refusal, { errno, times, at }),
    hang: () => {
      hanging = true;
    },
    sever: () => {
      severed = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      severed = false;
      refusal.times = 0;
      if (!hanging) return;
      hanging = false;
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A COMMIT goes out as a statement of its own. */
const COMMIT = /^COMMIT$/;

/** After the packet's header and the command. */
function statementOf(bytes: Buffer): string {
  return bytes.subarray(5).toString('latin1');
}

/** The first answer to a statement: an error of the server, in its protocol. */
function errorPacket(errno: number): Buffer {
  const words = Buffer.from('#HY000told to say so', 'latin1');
  const body = Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), words]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 1]), body]);
}
