/** Stands between a client and a server, and gives nothing back of what is asked with certain words until a test lets it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface LateAnswers {
  /** The address of the server with this proxy in front of it. */
  readonly origin: string;
  /** Resolves when the words went through to the server. */
  readonly asked: Promise<void>;
  close(): Promise<void>;
}

export async function lateAnswers(target: string, words: string, given: Promise<void>): Promise<LateAnswers> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let went: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    went = resolve;
  });
  const server = createServer((client) => {
    const behind = connect(Number(port), hostname);
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, behind].map((each) => each.destroy()));
    }
    behind.pipe(client);
    client.on('data', (bytes) => {
      behind.write(bytes);
      if (!bytes.includes(words)) return;
      behind.unpipe(client).pause();
      void given.then(() => behind.pipe(client));
      went();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
