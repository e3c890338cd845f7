/** A server of loopback in front of another one. What passes between a client and the server behind is its caller's matter. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface StandingBetween {
  /** The address of the server with this one in front of it. */
  readonly url: string;
  /** How many connections there are now. */
  connections(): number;
  /** Cuts all of them. */
  sever(): void;
  close(): Promise<void>;
}

/** `meet` comes once for each client, with a connection of its own to the server; not for one that `admits` turns away. */
export async function standBetween(
  target: string,
  meet: (client: Socket, behind: Socket) => void,
  admits: () => boolean = () => true,
): Promise<StandingBetween> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (!admits()) return void client.destroy();
    const behind = connect(Number(port), hostname);
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    meet(client, behind);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const sever = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    connections: () => sockets.size / 2,
    sever,
    close: async () => {
      sever();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** When one of the two is gone, the other one goes as well. */
export function goTogether(client: Socket, behind: Socket): void {
  client.on('close', () => behind.destroy());
  behind.on('close', () => client.destroy());
}
