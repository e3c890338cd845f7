/**
 * A page of receipts with what belongs to them, by plain SQL: what the database alone needs for the same rows. MariaDB is told
 * the index, as by anybody who writes SQL for it well: left to itself it reads an account from its newest receipt to the page.
 */
import { createConnection } from 'mysql2/promise';
import { Sqlite } from '../../src/storage/sqlite-driver';
import type { Row, TestDatabase } from '../support/databases';

export interface Place {
  readonly createdAt: bigint;
  readonly id: string;
}

export interface Page {
  /** How many rows there are of each kind. The rows are read whole. */
  page(first: number, after: Place | null): Promise<{ receipts: number; attempts: number; entries: number }>;
  close(): Promise<void>;
}

const ACCOUNT = 'acme';

type Ask = (sql: string, values: readonly (string | bigint)[]) => Promise<readonly Row[]>;

/** The receipt after which so many are left. */
export async function placeBeforeLast(database: TestDatabase, left: number): Promise<Place> {
  const sql = `SELECT created_at, id FROM receipt WHERE account_id = '${ACCOUNT}' ORDER BY created_at, id LIMIT 1 OFFSET ${left}`;
  const [row] = await database.query(sql);
  return { createdAt: BigInt(row?.['created_at'] ?? 0), id: String(row?.['id']) };
}

export async function pageBySql(database: TestDatabase): Promise<Page> {
  const { ask, close } = database.kind === 'sqlite' ? sqlite(database.file) : await mysql(database.url);
  const table = database.kind === 'sqlite' ? 'receipt r' : 'receipt r FORCE INDEX (receipt_account_time)';
  return { page: (first, after) => readPage(ask, table, first, after), close };
}

async function readPage(ask: Ask, table: string, first: number, after: Place | null) {
  const older = after === null ? '' : 'AND r.created_at <= ? AND (r.created_at < ? OR r.id < ?)';
  const place = after === null ? [] : [after.createdAt, after.createdAt, after.id];
  const receipts = await ask(
    `SELECT r.*, h.amount AS held, h.state, h.placed_at, h.expires_at, h.resolved_at FROM ${table} LEFT JOIN hold h ON h.id = r.hold_id
     WHERE r.account_id = ? ${older} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`,
    [ACCOUNT, ...place, BigInt(first + 1)],
  );
  const ids = receipts.slice(0, first).map((row) => String(row['id']));
  const list = ids.map(() => '?').join(', ');
  const attempts = await ask(`SELECT * FROM attempt WHERE receipt_id IN (${list}) ORDER BY receipt_id, idx`, ids);
  const entries = await ask(
    `SELECT t.*, c.at_us, c.posted_delta, c.posted_after FROM receipt r JOIN transfer t ON t.id = r.transfer_id
     JOIN wallet_change c ON c.batch_id = t.batch_id AND c.wallet_id = t.wallet_id WHERE r.id IN (${list})`,
    ids,
  );
  return { receipts: ids.length, attempts: attempts.length, entries: entries.length };
}

function sqlite(file: string): { ask: Ask; close: () => Promise<void> } {
  const db = new Sqlite(file, { readonly: true });
  db.defaultSafeIntegers(true);
  return { ask: async (sql, values) => db.prepare(sql).all(...values) as Row[], close: async () => void db.close() };
}

async function mysql(url: string): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const connection = await createConnection({ uri: url, supportBigNumbers: true, bigNumberStrings: true });
  const ask: Ask = async (sql, values) => {
    const [rows] = await connection.query(sql, [...values]);
    return rows as Row[];
  };
  return { ask, close: () => connection.end() };
}
