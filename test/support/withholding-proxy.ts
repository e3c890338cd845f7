/** Stands between a gateway and MySQL, and keeps back the answer to one COMMIT: it is carried out, and nobody hears of it. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { packetsOf, statementsOf } from './mysql-packets';

export interface WithholdingProxy {
  /** The database's address with this proxy in front of it. */
  readonly url: string;
  /** Resolves when the next batch that writes to `table` was committed and its answer is being kept back. */
  withhold(table: 'hold' | 'receipt'): Promise<void>;
  close(): Promise<void>;
}

export async function withholdingProxy(target: string): Promise<WithholdingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let wanted: { readonly words: string; readonly kept: () => void } | null = null;
  const server = createServer((client) => {
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
    let transaction: string[] = [];
    let keptBack: { unanswered: number; readonly kept: () => void } | null = null;
    client.on(
      'data',
      packetsOf((packet) => {
        const statements = statementsOf(packet);
        transaction.push(...statements);
        if (statements.at(-1) === 'COMMIT') {
          const { words, kept } = wanted ?? { words: '', kept: () => undefined };
          if (wanted !== null && transaction.some((each) => each.startsWith(words))) {
            keptBack = { unanswered: statements.length, kept };
            wanted = null;
          }
          transaction = [];
        }
        database.write(packet);
      }),
    );
    database.on(
      'data',
      packetsOf((packet) => {
        if (keptBack === null) client.write(packet);
        else if (--keptBack.unanswered === 0) keptBack.kept();
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    withhold: (table) =>
      new Promise((kept) => {
        wanted = { words: `INSERT INTO ${table} `, kept };
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
