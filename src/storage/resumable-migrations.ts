/**
 * Migrations of which a process may die at any instant. SQLite takes half of one back. MySQL ends a transaction with every change of a
 * table, so that half of one stays: what is carried out is noted there, statement by statement, and the next start goes on behind it.
 */
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import type { Log } from '../kernel/log';
import { type Change, waitingBriefly } from './waiting-briefly';

const TABLE = 'migration_progress';
/** What MySQL says to a statement that was carried out before. */
const DONE_BEFORE: ReadonlySet<unknown> = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_DUP_ENTRY',
]);

/** Runs what is left of the migrations. One process at a time. `log` hears that a change waits for others. */
export async function runResumably(dataSource: DataSource, log: Pick<Log, 'warn'>): Promise<void> {
  if (dataSource.options.type === 'better-sqlite3') {
    await dataSource.runMigrations();
    return;
  }
  const restores = dataSource.migrations.map((migration) => makeResumable(migration, log));
  try {
    const ran = await dataSource.runMigrations();
    if (ran.length > 0) await dataSource.query(`DROP TABLE IF EXISTS ${TABLE}`);
  } finally {
    for (const restore of restores) restore();
  }
}

/** Gives what makes the migration again what it was. */
function makeResumable(migration: MigrationInterface, log: Pick<Log, 'warn'>): () => void {
  const { name } = migration.constructor;
  const { up } = migration;
  migration.up = async (runner) => {
    const progress = await progressOf(runner, name);
    await waitingBriefly(runner, log, (change) => up.call(migration, noting(runner, name, progress, change)));
  };
  return () => {
    migration.up = up;
  };
}

interface Progress {
  /** So many statements of the migration are carried out for certain. */
  readonly statements: number;
  /** A process died with the next one under way: nobody knows whether it is. */
  readonly inDoubt: boolean;
}

async function progressOf(runner: QueryRunner, name: string): Promise<Progress> {
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (name VARCHAR(200) NOT NULL PRIMARY KEY, statements INT NOT NULL, in_doubt INT NOT NULL)`,
  );
  const [row]: { statements: unknown; in_doubt: unknown }[] = await runner.query(`SELECT * FROM ${TABLE} WHERE name = ?`, [name]);
  const progress = { statements: Number.parseInt(String(row?.statements ?? 0), 10), inDoubt: String(row?.in_doubt) === '1' };
  await note(runner, name, progress.statements, true);
  return progress;
}

async function note(runner: QueryRunner, name: string, statements: number, inDoubt: boolean): Promise<void> {
  await runner.query(`REPLACE INTO ${TABLE} (name, statements, in_doubt) VALUES (?, ?, ?)`, [name, statements, inDoubt ? 1 : 0]);
}

/** The runner, as a migration sees it that has come so far: its statements only change things, always the same in the same order. */
function noting(runner: QueryRunner, name: string, { statements: done, inDoubt }: Progress, change: Change): QueryRunner {
  let at = 0;
  const query = async (sql: string, values?: unknown[]): Promise<void> => {
    at += 1;
    if (at <= done) return;
    try {
      await change(sql, values);
    } catch (error) {
      const wasDone = inDoubt && at === done + 1 && DONE_BEFORE.has((error as { code?: unknown }).code);
      if (!wasDone) {
        await note(runner, name, at - 1, false).catch(() => undefined);
        throw error;
      }
    }
    await note(runner, name, at, true);
  };
  return Object.create(runner, { query: { value: query } }) as QueryRunner;
}
