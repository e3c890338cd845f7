/** Holds the locks that every write of money needs: until they are given back, no batch of a gateway can commit. */
import { createConnection } from 'mysql2/promise';
import { Sqlite } from '../../src/storage/sqlite-driver';
import type { TestDatabase } from './databases';

export interface Frozen {
  /** Gives the locks back. What waits for them is undone first, as it is when a connection is lost before its COMMIT. */
  thaw(): Promise<void>;
}

/** SQLite: the one write lock. MySQL: the rows of all wallets, which a batch writes last, just before its COMMIT. */
export async function freeze(database: TestDatabase): Promise<Frozen> {
  if (database.kind === 'sqlite') {
    const connection = new Sqlite(database.file, { timeout: 10_000 });
    connection.exec('BEGIN IMMEDIATE');
    return { thaw: async () => void connection.close() };
  }
  const connection = await createConnection({ uri: database.url });
  await connection.query('START TRANSACTION');
  await connection.query('SELECT id FROM wallet FOR UPDATE');
  return {
    thaw: async () => {
      await endWaiting(database);
      await connection.end();
    },
  };
}

async function endWaiting(database: TestDatabase): Promise<void> {
  const waiting = await database.query(
    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Query' AND id <> CONNECTION_ID()",
  );
  for (const { id } of waiting) await database.query(`KILL ${id}`).catch(() => undefined);
}
