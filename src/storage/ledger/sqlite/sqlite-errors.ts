/** What an error of SQLite means for a batch. */
import { Fault } from '../../../kernel/fault';
import { isTroubleOfSqlite } from '../../sql/sqlite-errors';
import { UnwritableItem } from '../prepare';
import type { ErrorWords } from './sqlite-messages';

/** The error that the ledger's thread put into words. Trouble of the database is a fault: a batch is not halved for it. */
export function errorOf({ name, message, code }: ErrorWords): Error {
  if (name === 'UnwritableItem') return new UnwritableItem(message);
  const error = Object.assign(new Error(message), { code });
  return code === null || !isTroubleOfSqlite(code) ? error : unavailable(error);
}

export function unavailable(cause: Error): Fault {
  return new Fault('temporarily_unavailable', 'The ledger cannot be written now.', { cause });
}
