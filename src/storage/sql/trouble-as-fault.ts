/** What a caller is told of a database that is in trouble: the same as where the ledger cannot be written. */
import type { DataSource } from 'typeorm';
import { Fault } from '../../kernel/fault';
import { troubleOf } from './mysql-errors';
import { isTroubleOfSqlite } from './sqlite-errors';

/**
 * The fault `temporarily_unavailable` for an error that is the database's own trouble; what is wrong with a statement or with
 * its values, and whatever else was thrown, stays what it is.
 */
export function troubleAsFault({ options }: Pick<DataSource, 'options'>, error: unknown): unknown {
  const isTrouble = options.type === 'better-sqlite3' ? isTroubleOnSqlite(error) : troubleOf(error) !== 'data';
  return isTrouble
    ? new Fault('temporarily_unavailable', 'The database cannot answer now: try again in a moment.', { cause: error })
    : error;
}

function isTroubleOnSqlite(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') && isTroubleOfSqlite(code);
}
