/**
 * Changes of tables, on MySQL, behind which nobody waits for long. A change waits for every transaction that has read its table, such as an
 * audit of the whole history, and whoever comes later waits behind the change, also calls that only want the table for an instant. So it waits
 * for a second, stands back, and comes again.
 */
import type { QueryRunner } from 'typeorm';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { onceAMinute } from '../kernel/once-a-minute';
import { TABLE_LOCK_WAIT_S } from './sql/mysql-session';

const LOCK_WAIT_TIMEOUT = 'ER_LOCK_WAIT_TIMEOUT';
/** Less than a call waits for the ledger. */
const LOCK_WAIT_S = 1;
/** Meanwhile those who came behind have their turn. */
const PAUSE_MS = 1_000;

/** Carries out one change, however often it has to come again. @throws whatever else the database says */
export type Change = (sql: string, values?: unknown[]) => Promise<unknown>;

/** Runs `work` with changes of that kind on the connection of `runner`. `log` hears, once a minute, which one waits. */
export async function waitingBriefly(runner: QueryRunner, log: Pick<Log, 'warn'>, work: (change: Change) => Promise<void>): Promise<void> {
  const tell = onceAMinute(systemClock, (statement: string) => {
    log.warn({ statement }, 'a change of a table waits until no transaction that has read the table is open, such as an audit or a dump');
  });
  const change: Change = async (sql, values) => {
    for (;;) {
      try {
        return await runner.query(sql, values);
      } catch (error) {
        if ((error as { code?: unknown }).code !== LOCK_WAIT_TIMEOUT) throw error;
        tell(sql);
        await systemClock.sleep(PAUSE_MS);
      }
    }
  };
  await runner.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
  try {
    await work(change);
  } finally {
    await runner.query(`SET SESSION lock_wait_timeout = ${TABLE_LOCK_WAIT_S}`).catch(() => undefined);
  }
}
