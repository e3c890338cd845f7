/** Fresh, migrated databases of each kind, made for one suite and dropped after it. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { type Connection, createConnection } from 'mysql2/promise';
import type { DatabaseLocation } from '../../src/storage/data-source';
import { Sqlite } from '../../src/storage/sqlite-driver';

export type DatabaseKind = 'sqlite' | 'mysql';

/** A row as a test reads it: every whole number a bigint. */
export type Row = Readonly<Record<string, string | bigint | null>>;

export interface TestDatabase {
  readonly kind: DatabaseKind;
  /** As `DATABASE_URL` takes it. */
  readonly url: string;
  /** SQLite's file. */
  readonly file: string;
  query(sql: string): Promise<Row[]>;
  drop(): Promise<void>;
}

/** The name of the variable that says where the databases are that are copied; unset: each is migrated. */
export const PREPARED = 'PREPARED_DATABASES';

const MYSQL_SERVER = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/';

/** Which kinds this machine can serve. In CI a missing service is a failure; elsewhere it is said and left out. */
export async function isServed(kind: DatabaseKind): Promise<boolean> {
  if (kind === 'sqlite') return true;
  try {
    await (await createConnection({ uri: MYSQL_SERVER, connectTimeout: 3_000 })).end();
    return true;
  } catch (cause) {
    if (process.env['CI']) throw new Error(`CI needs MySQL or MariaDB at ${MYSQL_SERVER}`, { cause });
    console.warn(`left out: MySQL suites, because nothing answers at ${MYSQL_SERVER} (set TEST_MYSQL_URL)`);
    return false;
  }
}

/** A test that is left out where what it needs is not served; `isServed` says so once. */
export type Promised = (name: string, check: () => unknown, timeoutMs?: number) => void;

/** `served` is asked when the test runs: what serves it is known by then. */
export function whereServed(served: () => boolean): Promised {
  return (name, check, timeoutMs) => {
    it(name, async () => (served() ? void (await check()) : undefined), timeoutMs);
  };
}

/** An empty database with all tables; on MySQL on the shared server, unless another is named. */
export function freshDatabase(kind: DatabaseKind, server = MYSQL_SERVER): Promise<TestDatabase> {
  return kind === 'sqlite' ? freshSqlite() : freshMysql(server);
}

async function freshSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  const file = join(folder, 'ledger.sqlite');
  const prepared = preparedFile('sqlite');
  if (prepared === null) await migrate({ kind: 'sqlite', file });
  else copyFileSync(prepared, file);
  const db = new Sqlite(file, { timeout: 10_000 });
  db.defaultSafeIntegers(true);
  return {
    kind: 'sqlite',
    url: `sqlite:${file}`,
    file,
    query: async (sql) => {
      const statement = db.prepare(sql);
      if (statement.reader) return statement.all() as Row[];
      statement.run();
      return [];
    },
    drop: async () => {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freshMysql(server: string): Promise<TestDatabase> {
  const name = `tf_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  const admin = await createConnection({ uri: server });
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await admin.end();
  url.pathname = `/${name}`;
  // Tables are written down as the server itself says them: another one may say them otherwise.
  const prepared = server === MYSQL_SERVER ? preparedFile('mysql') : null;
  if (prepared === null) await migrate({ kind: 'mysql', url: url.href });
  else await execute(url.href, readFileSync(prepared, 'utf8'));
  let connection: Connection | undefined;
  /** A new one after the server was gone. */
  const connected = async (): Promise<Connection> => {
    if (connection !== undefined) return connection;
    const opened = await createConnection({ uri: url.href, supportBigNumbers: true, bigNumberStrings: true });
    opened.on('error', () => {
      connection = undefined;
    });
    connection = opened;
    return opened;
  };
  return {
    kind: 'mysql',
    url: url.href,
    file: '',
    query: async (sql) => {
      const [rows, fields] = await (await connected()).query(sql);
      return Array.isArray(rows) ? rows.map((row) => exactRow(row as Record<string, unknown>, fields ?? [])) : [];
    },
    drop: async () => {
      const last = await connected();
      await last.query(`DROP DATABASE ${name}`);
      await last.end();
    },
  };
}

const WHOLE_TYPES = new Set([1, 2, 3, 8, 9, 246]);

function exactRow(row: Record<string, unknown>, fields: readonly { name: string; columnType?: number }[]): Row {
  const exact: Record<string, string | bigint | null> = {};
  for (const { name, columnType } of fields) {
    const value = row[name];
    exact[name] = value === null || value === undefined ? null : WHOLE_TYPES.has(columnType ?? -1) ? BigInt(String(value)) : String(value);
  }
  return exact;
}

/** Loaded where it is needed alone: it brings all that opens a database with it. */
async function migrate(place: DatabaseLocation): Promise<void> {
  const { openDatabase } = require('../../src/storage/data-source') as typeof import('../../src/storage/data-source');
  await (await openDatabase(place)).destroy();
}

/** What `prepared-databases.ts` leaves in a folder. */
export function preparedIn(folder: string): Readonly<Record<DatabaseKind, string>> {
  return { sqlite: join(folder, 'ledger.sqlite'), mysql: join(folder, 'mysql.sql') };
}

function preparedFile(kind: DatabaseKind): string | null {
  const folder = process.env[PREPARED];
  if (folder === undefined) return null;
  const file = preparedIn(folder)[kind];
  return existsSync(file) ? file : null;
}

async function execute(url: string, statements: string): Promise<void> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  await connection.query(`SET foreign_key_checks = 0;\n${statements}`);
  await connection.end();
}
