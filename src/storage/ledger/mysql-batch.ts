/** One batch on MySQL: first on the assumption that everything fits, and when the guards refute that, item by item. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { canAssume, decideBatch, OPTIMISTIC, writesNothing } from './decide';
import type { Decision } from './decision';
import { type Exchange, foundBy } from './mysql-connections';
import { isDuplicate, troubleOf } from './mysql-errors';
import { verdictsOfWritten } from './mysql-outcome';
import { batchStatement, decisionStatements, type Statement } from './mysql-statements';
import { lockAndLook } from './mysql-view';
import type { PreparedBatch } from './prepare';

const START = 'START TRANSACTION';
const COMMIT = 'COMMIT';
const ROLLBACK = 'ROLLBACK';

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
    await exchange([ROLLBACK]);
    return await verdictsOfWritten(exchange, batch);
  }
}

/** The usual case: no row is read, and the wallet is locked for the last two statements only. Undefined: it does not hold. */
async function writeOptimistically(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[] | undefined> {
  const decision = decideBatch(batch, OPTIMISTIC);
  const statements = [{ sql: START }, batchStatement(batch), ...decisionStatements(batch, decision)];
  try {
    if (await found(exchange, statements)) {
      await exchange([COMMIT]);
      return decision.verdicts;
    }
  } catch (error) {
    // Most often an external key that moved money before. Whatever it is, deciding item by item tells.
    if (troubleOf(error) !== 'data' || isDuplicate(error, batch.id)) throw error;
  }
  await exchange([ROLLBACK]);
  return undefined;
}

/** Locks what the batch touches, looks, decides in order, and writes. */
async function writeDecided(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  const view = await lockAndLook(exchange, batch, [START, batchStatement(batch).sql]);
  const decision = decideBatch(batch, view);
  if (writesNothing(decision)) await exchange([ROLLBACK]);
  else await writeForGood(exchange, batch, decision);
  return decision.verdicts;
}

async function writeForGood(exchange: Exchange, batch: PreparedBatch, decision: Decision): Promise<void> {
  if (!(await found(exchange, decisionStatements(batch, decision)))) {
    throw new Error('The ledger found other rows than those that it had locked.');
  }
  await exchange([COMMIT]);
}

async function found(exchange: Exchange, statements: readonly Statement[]): Promise<boolean> {
  if (statements.length === 0) return true;
  const answers = await exchange(statements.map(({ sql }) => sql));
  return statements.every(({ finds }, at) => finds === undefined || foundBy(answers[at]) === finds);
}
