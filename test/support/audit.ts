/** Audits the database of a gateway that may be running: every promise of the ledger, in one snapshot. */
import Database from 'better-sqlite3';
import { auditLedger } from './audit-ledger';
import type { Row, TestDatabase } from './databases';

/** What is broken, in words; nothing when all holds. */
export async function audit(database: TestDatabase): Promise<string[]> {
  return inSnapshot(database, async (snapshot) => [...(await auditLedger(snapshot)), ...(await auditRequests(snapshot))]);
}

/**
 * Reads everything as of one moment. On SQLite a connection of its own is opened and closed for it, so that a test never
 * keeps a file open over the death of the gateway: what a crash leaves behind is left to the next start.
 */
export async function inSnapshot<T>(database: TestDatabase, read: (snapshot: TestDatabase) => Promise<T>): Promise<T> {
  if (database.kind === 'mysql') {
    await database.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    try {
      return await read(database);
    } finally {
      await database.query('COMMIT');
    }
  }
  const connection = new Database(database.file, { timeout: 10_000 });
  try {
    connection.defaultSafeIntegers(true).exec('BEGIN');
    return await read({ ...database, query: async (sql) => connection.prepare(sql).all() as Row[] });
  } finally {
    connection.close();
  }
}

/** What holds between requests, their holds and their receipts. */
async function auditRequests(database: TestDatabase): Promise<string[]> {
  const strays = [
    [
      'transfer of a charge without its receipt',
      "SELECT t.id FROM transfer t LEFT JOIN receipt r ON r.transfer_id = t.id AND r.id = t.receipt_id WHERE t.kind = 'CHARGE' AND t.wallet_id IS NOT NULL AND r.id IS NULL",
    ],
    [
      'transfer with more than one receipt',
      'SELECT transfer_id AS id FROM receipt WHERE transfer_id IS NOT NULL GROUP BY transfer_id HAVING COUNT(*) > 1',
    ],
    [
      'request that has ended with a hold still open',
      "SELECT r.id FROM receipt r JOIN hold h ON h.request_id = r.id WHERE h.state = 'OPEN'",
    ],
    [
      'request with more than one open hold',
      "SELECT request_id AS id FROM hold WHERE state = 'OPEN' GROUP BY request_id HAVING COUNT(*) > 1",
    ],
    [
      'request with more than one settled hold',
      "SELECT request_id AS id FROM hold WHERE state = 'SETTLED' GROUP BY request_id HAVING COUNT(*) > 1",
    ],
    [
      'settled hold that its receipt does not name',
      "SELECT h.id FROM hold h LEFT JOIN receipt r ON r.id = h.request_id AND r.hold_id = h.id WHERE h.state = 'SETTLED' AND r.id IS NULL",
    ],
    [
      'request without receipt and without open hold',
      "SELECT h.request_id AS id FROM hold h LEFT JOIN receipt r ON r.id = h.request_id WHERE r.id IS NULL AND NOT EXISTS (SELECT 1 FROM hold o WHERE o.request_id = h.request_id AND o.state = 'OPEN')",
    ],
    ['attempt of no receipt', 'SELECT a.receipt_id AS id FROM attempt a LEFT JOIN receipt r ON r.id = a.receipt_id WHERE r.id IS NULL'],
  ] as const;
  const found: string[] = [];
  for (const [problem, sql] of strays) {
    for (const { id } of await database.query(sql)) found.push(`${id}: ${problem}`);
  }
  return found;
}
