/** One batch on MySQL: first on the assumption that everything fits, and when the guards refute that, item by item. */
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { isDuplicate, troubleOf } from '../../sql/mysql-errors';
import { canAssume, decideBatch, OPTIMISTIC, writesNothing } from '../decide';
import type { PreparedBatch } from '../prepare';
import { type Exchange, HURRY, REST } from './mysql-connections';
import { verdictsOfWritten } from './mysql-outcome';
import { batchStatement, decisionStatements, mustHaveFound, type Statement } from './mysql-statements';
import { lockAndLook } from './mysql-view';

const START = 'START TRANSACTION';
const COMMIT = 'COMMIT';
const UNDO = [REST, 'ROLLBACK'];

/**
 * Ends the doubt about a batch whose COMMIT had no answer and that is not to be written any more: takes its id, so that it
 * can never commit, or finds that it did. Waits for a connection of it that still lives.
 * @returns what became of each item; null: the batch was not written
 */
export async function giveUpBatch(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[] | null> {
  try {
    await exchange([batchStatement({ ...batch, items: [] }).sql]);
    return null;
  } catch (error) {
    if (!isDuplicate(error, batch.id)) throw error;
    return await verdictsOfWritten(exchange, batch);
  }
}

/**
 * Writes the batch in one transaction, or finds that it was written before.
 * @throws whatever the database said; the caller rolls back
 */
export async function writeBatch(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  try {
    const written = canAssume(batch) ? await writeOptimistically(exchange, batch) : undefined;
    return written ?? (await writeDecided(exchange, batch));
  } catch (error) {
    if (!isDuplicate(error, batch.id)) throw error;
    await exchange(UNDO);
    return await verdictsOfWritten(exchange, batch);
  }
}

/**
 * The usual case: no row is read, all of it goes out in one exchange, and the wallet is locked for no longer than the
 * database takes to commit. Undefined: what was assumed does not hold.
 */
async function writeOptimistically(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[] | undefined> {
  const decision = decideBatch(batch, OPTIMISTIC);
  try {
    await exchange([START, batchStatement(batch).sql, ...guarded(decisionStatements(batch, decision)), COMMIT]);
    return decision.verdicts;
  } catch (error) {
    // Most often a guard, or an external key that moved money before. Whatever it is, deciding item by item tells.
    if (troubleOf(error) !== 'data' || isDuplicate(error, batch.id)) throw error;
  }
  await exchange(UNDO);
  return undefined;
}

/** Locks what the batch touches, looks, decides in order, and writes. */
async function writeDecided(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  const view = await lockAndLook(exchange, batch, [HURRY, START, batchStatement(batch).sql]);
  const decision = decideBatch(batch, view);
  await exchange(writesNothing(decision) ? UNDO : [...guarded(decisionStatements(batch, decision)), REST, COMMIT]);
  return decision.verdicts;
}

/** Each statement, and behind one that must find rows what ends the exchange unless it did: the COMMIT is not reached then. */
function guarded(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ sql, finds }) => (finds === undefined ? [sql] : [sql, mustHaveFound(finds)]));
}
