import type { DataSource } from 'typeorm';
import { invariant } from '../kernel/invariant';

const LOCK_TIMEOUT_S = 60;

/** Runs the migrations that have not run yet. Processes that start at once take turns, so that each migration runs once. */
export async function migrate(dataSource: DataSource): Promise<void> {
  if (dataSource.options.type === 'better-sqlite3') await dataSource.runMigrations();
  else await underLock(dataSource, () => dataSource.runMigrations());
}

/** MySQL ends a transaction with every change of a table, so a lock by name keeps the others out. It goes with its connection. */
async function underLock(dataSource: DataSource, work: () => Promise<unknown>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const name = `migrations:${String(dataSource.options.database)}`.slice(0, 64);
  try {
    const [row]: { taken: unknown }[] = await runner.query('SELECT GET_LOCK(?, ?) AS taken', [name, LOCK_TIMEOUT_S]);
    invariant(String(row?.taken) === '1', `another process has been migrating this database for ${LOCK_TIMEOUT_S} seconds`);
    try {
      await work();
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [name]);
    }
  } finally {
    await runner.release();
  }
}
