import type { DataSource } from 'typeorm';
import { invariant } from '../kernel/invariant';

const LOCK_TIMEOUT_S = 60;
const NAME_MAX = 64;

/**
 * Runs `work` while no other process runs work of that name on the same database. An embedded database has one process
 * anyway; on MySQL a lock by name keeps the others out, and goes with its connection.
 */
export async function oneProcessAtATime<T>(dataSource: DataSource, work: string, run: () => Promise<T>): Promise<T> {
  if (dataSource.options.type === 'better-sqlite3') return run();
  const runner = dataSource.createQueryRunner();
  const name = `${work}:${String(dataSource.options.database)}`.slice(0, NAME_MAX);
  try {
    const [row]: { taken: unknown }[] = await runner.query('SELECT GET_LOCK(?, ?) AS taken', [name, LOCK_TIMEOUT_S]);
    invariant(String(row?.taken) === '1', `another process has been busy with ${work} on this database for ${LOCK_TIMEOUT_S} seconds`);
    try {
      return await run();
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [name]);
    }
  } finally {
    await runner.release();
  }
}
