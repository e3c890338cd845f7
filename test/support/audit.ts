/** Audits the database of a gateway that may be running, as `npm run audit` does. */
import { lineOf } from '../../src/ledger/audit/finding';
import { auditLocation } from '../../src/storage/audit/audit-work';
import { Sqlite } from '../../src/storage/sqlite-driver';
import type { Row, TestDatabase } from './databases';

/** What is broken, in words; nothing when all holds. */
export async function audit(database: TestDatabase): Promise<string[]> {
  return (await auditLocation(database, Date.now())).findings.map(lineOf);
}

/** What the gateway itself sees to: charges and losses by a price, and idempotency keys that are each of one API key. */
const OF_THE_GATEWAY = [
  /^I13 .*its price version .* is not there$/,
  /^I6 .*it books a loss above a hold that was not used up$/,
  /^I16 .*is of the API key/,
];

/** The same of a ledger to which a test wrote what it wanted, without a gateway. */
export async function auditLedger(database: TestDatabase): Promise<string[]> {
  const { findings } = await auditLocation(database, Date.now(), Number.POSITIVE_INFINITY);
  return findings.map(lineOf).filter((line) => !OF_THE_GATEWAY.some((rule) => rule.test(line)));
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
  const connection = new Sqlite(database.file, { timeout: 10_000 });
  try {
    connection.defaultSafeIntegers(true).exec('BEGIN');
    return await read({ ...database, query: async (sql) => connection.prepare(sql).all() as Row[] });
  } finally {
    connection.close();
  }
}
