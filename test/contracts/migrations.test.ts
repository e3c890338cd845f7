/** Tables: made, taken away and made again by the migrations; the row classes describe theirs as they are. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { DataSource } from 'typeorm';
import { CannotStart } from '../../src/kernel/cannot-start';
import { createDataSource, type DatabaseLocation, openDatabase } from '../../src/storage/data-source';
import { runResumably } from '../../src/storage/resumable-migrations';
import { Sqlite } from '../../src/storage/sqlite-driver';
import { unusableServer } from '../../src/storage/unusable-server';
import { eachDatabase } from '../support/data-sources';
import { freshDatabase, isServed } from '../support/databases';
import { eventually } from '../support/eventually';

const SYNCHRONOUS_FULL = 2;

interface TableColumn {
  readonly name: string;
  readonly nullable: boolean;
}

async function tablesOf(dataSource: DataSource): Promise<string[]> {
  const sql =
    dataSource.options.type === 'better-sqlite3'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
  const rows: { name: string }[] = await dataSource.query(sql);
  return rows.map(({ name }) => name).sort();
}

async function columnsOf(dataSource: DataSource, table: string): Promise<TableColumn[]> {
  if (dataSource.options.type === 'better-sqlite3') {
    const rows: { name: string; notnull: number }[] = await dataSource.query(`PRAGMA table_info(${table})`);
    return rows.map(({ name, notnull }) => ({ name, nullable: notnull === 0 }));
  }
  const sql = `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`;
  const rows: { name: string; nullable: string }[] = await dataSource.query(sql, [table]);
  return rows.map(({ name, nullable }) => ({ name, nullable: nullable === 'YES' }));
}

eachDatabase('the tables', (opened, promise) => {
  promise('have the columns that the row classes say, and no others', async () => {
    for (const { tableName, columns } of opened.dataSource.entityMetadatas) {
      const described = columns.map(({ databaseName, isNullable }) => ({ name: databaseName, nullable: isNullable }));
      const byName = (a: TableColumn, b: TableColumn) => (a.name < b.name ? -1 : 1);
      const real = await columnsOf(opened.dataSource, tableName);
      expect({ tableName, columns: described.sort(byName) }).toEqual({ tableName, columns: real.sort(byName) });
    }
  });

  promise('go with the migrations and come back the same', async () => {
    const { dataSource } = opened;
    const before = await tablesOf(dataSource);
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
    expect((await tablesOf(dataSource)).filter((table) => !table.startsWith('sqlite_'))).toEqual(['migrations']);
    await dataSource.runMigrations();
    expect(await tablesOf(dataSource)).toEqual(before);
  });
});

/** As the build before the last migration would have it. */
async function undo(location: DatabaseLocation): Promise<void> {
  const dataSource = await createDataSource(location).initialize();
  await dataSource.undoLastMigration();
  await dataSource.destroy();
}

const CHANGES_TABLES = /^\s*(CREATE|ALTER|DROP|INSERT INTO (usage|alert)|UPDATE receipt)/;

/** One start that dies right behind the first statement behind which none died before; false: there was none. */
async function diesOnTheWay(location: DatabaseLocation, diedBehind: Set<string>): Promise<boolean> {
  const dataSource = await createDataSource(location).initialize();
  let dead = false;
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    const query = runner.query.bind(runner);
    runner.query = async (...asked: Parameters<typeof query>) => {
      if (dead) throw new Error('the process is dead');
      const [sql] = asked;
      const rows = await query(...asked);
      dead = CHANGES_TABLES.test(sql) && !sql.includes('migration_progress') && !diedBehind.has(sql);
      diedBehind.add(sql);
      if (dead) throw new Error('the process is dead');
      return rows;
    };
    return runner;
  };
  try {
    await runResumably(dataSource, { warn: () => undefined });
  } catch (error) {
    if (!dead) throw error;
  } finally {
    await dataSource.destroy();
  }
  return dead;
}

describe('opening an embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const synchronousOf = async (dataSource: DataSource) => (await dataSource.query('PRAGMA synchronous'))[0].synchronous;

  it('makes the folder, and keeps every commit on the disk, also when an existing file is opened again', async () => {
    const file = join(folder, 'a', 'b', 'c.sqlite');
    for (const _ of ['first', 'again']) {
      const dataSource = await openDatabase({ kind: 'sqlite', file });
      expect(await synchronousOf(dataSource)).toBe(SYNCHRONOUS_FULL);
      expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
      await dataSource.destroy();
    }
  });

  it('refuses one that a newer build has migrated, and names what it does not know', async () => {
    const file = join(folder, 'newer.sqlite');
    const dataSource = await openDatabase({ kind: 'sqlite', file });
    await dataSource.query("INSERT INTO migrations (timestamp, name) VALUES (1900000000000, 'Later1900000000000')");
    await dataSource.destroy();
    await expect(openDatabase({ kind: 'sqlite', file })).rejects.toThrow(/newer build.*Later1900000000000/);
  });

  it('refuses a database in memory, and says what to write instead', () => {
    expect(() => createDataSource({ kind: 'sqlite', file: ':memory:' })).toThrow(/DATABASE_URL: must name a file, such as sqlite:/);
  });

  it('gives whole numbers beyond 2^53 without loss', async () => {
    const dataSource = await openDatabase({ kind: 'sqlite', file: join(folder, 'exact.sqlite') });
    expect(await dataSource.query('SELECT 9007199254740993 AS big, 7 AS small, -9007199254740993 AS low')).toEqual([
      { big: '9007199254740993', small: 7, low: '-9007199254740993' },
    ]);
    await dataSource.destroy();
  });

  it('waits its turn for writing at the start of a transaction, and works on after one that got none', async () => {
    const file = join(folder, 'busy.sqlite');
    const dataSource = await openDatabase({ kind: 'sqlite', file });
    const other = new Sqlite(file, { timeout: 0 });
    await dataSource.query('PRAGMA busy_timeout = 0');
    other.exec('BEGIN IMMEDIATE');
    await expect(dataSource.transaction((manager) => manager.query('SELECT 1'))).rejects.toThrow(/locked/);
    other.exec('ROLLBACK');
    await dataSource.transaction((manager) => manager.query("INSERT INTO setting (name, value) VALUES ('a', 'b')"));
    expect(other.prepare('SELECT name FROM setting').pluck().all()).toEqual(['a']);
    other.close();
    await dataSource.destroy();
  });
});

describe('opening a MySQL database', () => {
  const server = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/';
  const name = `tf_test_${randomBytes(6).toString('hex')}`;
  const urlOf = (database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
  let served = false;

  beforeAll(async () => {
    served = await isServed('mysql');
  });

  it('creates it where the user may, and migrates once when several processes start at the same time', async () => {
    if (!served) return;
    const opened = await Promise.all([1, 2, 3].map(() => openDatabase({ kind: 'mysql', url: urlOf(name) })));
    try {
      const [{ n }] = await opened[0]!.query('SELECT COUNT(*) AS n FROM migrations');
      expect(Number(n)).toBe(opened[0]!.migrations.length);
    } finally {
      await opened[0]!.query(`DROP DATABASE ${name}`);
      await Promise.all(opened.map((dataSource) => dataSource.destroy()));
    }
  });

  it('goes on where a process died between any two statements of the migrations, and ends with the same tables', async () => {
    if (!served) return;
    const location = { kind: 'mysql', url: urlOf(`${name}_killed`) } as const;
    const admin = await createConnection({ uri: server });
    await admin.query(`CREATE DATABASE ${name}_killed CHARACTER SET utf8mb4`);
    const fresh = await freshDatabase('mysql');
    try {
      const diedBehind = new Set<string>();
      let deaths = 0;
      while (await diesOnTheWay(location, diedBehind)) deaths += 1;
      expect(deaths).toBeGreaterThan(50);
      const columns = (database: string) => `SELECT table_name, column_name, column_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = '${database}' ORDER BY 1, ordinal_position`;
      const indexes = (database: string) => `SELECT table_name, index_name, seq_in_index, column_name, non_unique
        FROM information_schema.statistics WHERE table_schema = '${database}' ORDER BY 1, 2, 3`;
      const other = new URL(fresh.url).pathname.slice(1);
      for (const facts of [columns, indexes]) {
        const [[killed], [whole]] = await Promise.all([admin.query(facts(`${name}_killed`)), admin.query(facts(other))]);
        expect(killed).toEqual(whole);
      }
    } finally {
      await admin.query(`DROP DATABASE ${name}_killed`);
      await Promise.all([admin.end(), fresh.drop()]);
    }
  }, 900_000);

  it('opens a database on which a start died in the middle of the migrations', async () => {
    if (!served) return;
    const location = { kind: 'mysql', url: urlOf(`${name}_died`) } as const;
    const admin = await createConnection({ uri: server });
    await admin.query(`CREATE DATABASE ${name}_died CHARACTER SET utf8mb4`);
    try {
      const diedBehind = new Set<string>();
      for (const _ of ['once', 'twice', 'three times']) expect(await diesOnTheWay(location, diedBehind)).toBe(true);
      const dataSource = await openDatabase(location);
      expect(await tablesOf(dataSource)).toEqual(expect.arrayContaining(['account', 'receipt', 'wallet']));
      await dataSource.destroy();
    } finally {
      await admin.query(`DROP DATABASE ${name}_died`);
      await admin.end();
    }
  });

  it('keeps nobody waiting behind a change that waits for whoever reads the table for long, and says so', async () => {
    if (!served) return;
    const database = await freshDatabase('mysql');
    await undo(database);
    const reader = await createConnection(database.url);
    const caller = await createConnection(database.url);
    const told: unknown[] = [];
    let migrated: Promise<DataSource> | undefined;
    try {
      await reader.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
      await reader.query('SELECT COUNT(*) FROM usage_rollup');
      migrated = openDatabase(database, { warn: (...what) => void told.push(what) });
      const waiting =
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for table metadata lock'";
      await eventually(async () => expect(await database.query(waiting)).toHaveLength(1));
      await caller.query('SET SESSION lock_wait_timeout = 30');
      await caller.query('SELECT COUNT(*) FROM usage_rollup');
      await eventually(() => expect(told).toEqual([[expect.anything(), expect.stringMatching(/waits until no transaction/)]]));
      await reader.query('COMMIT');
      const columns = await columnsOf(await migrated, 'usage_rollup');
      expect(columns.map((column) => column.name)).toContain('charge_high');
    } finally {
      await Promise.all([reader.end(), caller.end()]);
      await (await migrated)?.destroy();
      await database.drop();
    }
  });

  it('takes no table of somebody else for one of its own', async () => {
    if (!served) return;
    const admin = await createConnection({ uri: server });
    await admin.query(`CREATE DATABASE ${name}_shared CHARACTER SET utf8mb4`);
    await admin.query(`CREATE TABLE ${name}_shared.setting (colour INT)`);
    const open = () => openDatabase({ kind: 'mysql', url: urlOf(`${name}_shared`) });
    try {
      for (const _ of ['first', 'again']) await expect(open()).rejects.toThrow(/'setting' already exists/);
    } finally {
      await admin.query(`DROP DATABASE ${name}_shared`);
      await admin.end();
    }
  });

  it('says what to change when the user is refused or may not create it, and shows no password', async () => {
    if (!served) return;
    const admin = await createConnection({ uri: server });
    await admin.query(`CREATE USER '${name}'@'%' IDENTIFIED BY 'right-password'`);
    const as = (password: string) => Object.assign(new URL(urlOf(name)), { username: name, password }).href;
    try {
      await expect(openDatabase({ kind: 'mysql', url: as('wrong-password') })).rejects.toThrow(/DATABASE_URL: is refused by/);
      const refused = openDatabase({ kind: 'mysql', url: as('right-password') }).catch((error: Error) => error.message);
      expect(await refused).toMatch(/DATABASE_URL: (is refused by|names the database)/);
      expect(await refused).not.toContain('right-password');
    } finally {
      await admin.query(`DROP USER '${name}'@'%'`);
      await admin.end();
    }
  });

  it('says at a start what the server refuses, and what to do about it, without a stack', async () => {
    if (!served) return;
    const admin = await createConnection({ uri: server });
    await admin.query(`CREATE USER '${name}_bare'@'%' IDENTIFIED BY 'right-password'`);
    await admin.query(`CREATE DATABASE ${name}_bare`);
    await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}_bare.* TO '${name}_bare'@'%'`);
    const url = Object.assign(new URL(urlOf(`${name}_bare`)), { username: `${name}_bare`, password: 'right-password' }).href;
    try {
      const refused = await openDatabase({ kind: 'mysql', url }).catch((error: Error) => unusableServer(url, error));
      expect(refused).toBeInstanceOf(CannotStart);
      expect((refused as Error).message).toMatch(/ER_TABLEACCESS_DENIED_ERROR: CREATE command denied .*: grant the user all rights/);
      expect((refused as Error).message).not.toContain('right-password');
    } finally {
      await admin.query(`DROP DATABASE ${name}_bare`);
      await admin.query(`DROP USER '${name}_bare'@'%'`);
      await admin.end();
    }
  });

  it('says where nothing answers', async () => {
    await expect(openDatabase({ kind: 'mysql', url: 'mysql://root@127.0.0.1:9/none' })).rejects.toThrow(
      /server at 127.0.0.1:9 cannot be reached/,
    );
  });
});
