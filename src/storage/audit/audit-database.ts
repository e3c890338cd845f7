/** A connection of an audit's own: it neither waits for the ledger's nor keeps it waiting. */
import type Database from 'better-sqlite3';
import { type Connection, createConnection, type ResultSetHeader } from 'mysql2/promise';
import type { DatabaseLocation } from '../data-source';
import { KEPT_ALIVE, MYSQL_SESSION } from '../sql/mysql-session';
import { Sqlite } from '../sqlite-driver';
import type { Cell, Read } from './read';
import { BUSY_TIMEOUT_MS, writeInTurn } from './sqlite-writing';

/** Values of one row to be written, in the order of its columns. */
export type Values = readonly (string | bigint)[];

export interface Change {
  readonly sql: string;
  readonly values: Values;
  /** How many rows it must find. */
  readonly finds?: number;
}

export interface AuditDatabase {
  /** Everything that `work` reads is of one moment, whatever is committed meanwhile. Nothing can be written by it. */
  inSnapshot<T>(work: (read: Read) => Promise<T>): Promise<T>;
  /** One transaction of inserts: all of them or none. */
  insert(rows: readonly { readonly table: string; readonly columns: readonly string[]; readonly values: Values }[]): Promise<void>;
  /** What follows on an INSERT and stands before the assignments that are made where a row with this key is there already. */
  ifThere(key: readonly string[]): string;
  /** After the name of a table: that it is read along this index and no other. */
  alongIndex(index: string): string;
  /** The same, along the primary key. */
  alongKey(table: string): string;
  /** One transaction: all changes or none. False, and none, when one finds another number of rows than it must. */
  change(changes: readonly Change[]): Promise<boolean>;
  /** Runs `work` unless another process is busy with work of that name on this database. */
  unlessBusy<T>(name: string, work: () => Promise<T>): Promise<T | null>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const NAME_MAX = 64;
const STATEMENTS_MAX = 500;

/**
 * `readOnly`: an embedded database is not changed by it, not even by what waits beside it after a crash; nothing can be written then.
 * @throws when the file of an embedded database is not there
 */
export async function openAuditDatabase(location: DatabaseLocation, { readOnly = false } = {}): Promise<AuditDatabase> {
  return location.kind === 'sqlite' ? openSqlite(location.file, readOnly) : openMysql(location.url);
}

/** Synchronous underneath: it belongs where waiting stops nobody, in a thread or a process of its own. */
function openSqlite(file: string, readonly: boolean): AuditDatabase {
  const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true, readonly });
  db.defaultSafeIntegers(true);
  db.pragma('synchronous = FULL');
  const read = cachedReads(db);
  return {
    inSnapshot: async (work) => {
      db.exec('BEGIN');
      try {
        return await work(read);
      } finally {
        db.exec('ROLLBACK');
      }
    },
    insert: async (rows) => {
      writeInTurn(db, () => {
        for (const { table, columns, values } of rows) db.prepare(insertText(table, columns)).run(...values);
        return true;
      });
    },
    alongIndex: (index) => `INDEXED BY ${index}`,
    alongKey: (table) => `INDEXED BY sqlite_autoindex_${table}_1`,
    ifThere: (key) => `ON CONFLICT (${key.join(', ')}) DO UPDATE SET`,
    change: async (changes) => changeSqlite(db, changes),
    // One process owns the file.
    unlessBusy: (_name, work) => work(),
    close: async () => void db.close(),
  };
}

function changeSqlite(db: Database.Database, changes: readonly Change[]): boolean {
  return writeInTurn(db, () =>
    changes.every(({ sql, values, finds }) => {
      const rows = db.prepare(sql).run(...values).changes;
      return finds === undefined || rows === finds;
    }),
  );
}

function cachedReads(db: Database.Database): Read {
  const statements = new Map<string, Database.Statement<unknown[], Cell[]>>();
  return async (sql, values) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare<unknown[], Cell[]>(sql).raw();
      if (statements.size >= STATEMENTS_MAX) statements.clear();
      statements.set(sql, statement);
    }
    return statement.all(...values);
  };
}

async function openMysql(url: string): Promise<AuditDatabase> {
  const connection = await createConnection({
    uri: url,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    rowsAsArray: true,
    ...KEPT_ALIVE,
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  // Without a listener the loss of a connection would end the process; whoever uses it hears of it anyway.
  connection.on('error', () => undefined);
  await connection.query(MYSQL_SESSION);
  // It never rests between two statements. A process that was stopped, or whose machine is gone, would keep its lock by name for hours.
  await connection.query('SET SESSION wait_timeout = 60');
  // Only at this level does a transaction read one moment to its end; the server's default may be another one.
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  // Each value of a list is looked up before a plan is chosen, however long it is. By its statistics the server would read the
  // whole of a table that was empty when it was opened.
  await connection.query('SET SESSION eq_range_index_dive_limit = 0');
  const read: Read = async (sql, values) => {
    const [rows] = await connection.query(sql, [...values]);
    return rows as Cell[][];
  };
  return {
    inSnapshot: async (work) => {
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      try {
        return await work(read);
      } finally {
        await connection.query('ROLLBACK').catch(() => connection.destroy());
      }
    },
    insert: (rows) => insertAll(connection, rows),
    alongIndex: (index) => `FORCE INDEX (${index})`,
    alongKey: () => 'FORCE INDEX (PRIMARY)',
    ifThere: () => 'ON DUPLICATE KEY UPDATE',
    change: (changes) => changeMysql(connection, changes),
    unlessBusy: async (name, work) => {
      const lock = `${name}:${decodeURIComponent(new URL(url).pathname.slice(1))}`.slice(0, NAME_MAX);
      const [answer] = await read('SELECT GET_LOCK(?, 0)', [lock]);
      if (String(answer?.[0]) !== '1') return null;
      try {
        return await work();
      } finally {
        await read('SELECT RELEASE_LOCK(?)', [lock]).catch(() => connection.destroy());
      }
    },
    close: () => connection.end().catch(() => connection.destroy()),
  };
}

async function insertAll(connection: Connection, rows: Parameters<AuditDatabase['insert']>[0]): Promise<void> {
  await connection.query('START TRANSACTION');
  try {
    for (const { table, columns, values } of rows) await connection.query(insertText(table, columns), [...values]);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => connection.destroy());
    throw error;
  }
}

async function changeMysql(connection: Connection, changes: readonly Change[]): Promise<boolean> {
  // At the session's own level the gaps between rows would be locked too, and the ledger writes into them.
  await connection.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
  await connection.query('START TRANSACTION');
  try {
    for (const { sql, values, finds } of changes) {
      const [{ affectedRows }] = await connection.query<ResultSetHeader>(sql, [...values]);
      if (finds === undefined || affectedRows === finds) continue;
      await connection.query('ROLLBACK');
      return false;
    }
    await connection.query('COMMIT');
    return true;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => connection.destroy());
    throw error;
  }
}

function insertText(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}
