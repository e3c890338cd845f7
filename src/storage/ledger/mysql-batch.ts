/** One batch on MySQL: first on the assumption that everything fits, and when the guards refute that, item by item. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { type Decision, decideBatch, type LedgerView, OPTIMISTIC, writesNothing } from './decide';
import { type Exchange, foundBy, type Rows, rowsOf } from './mysql-connections';
import { isDuplicate, troubleOf } from './mysql-errors';
import { verdictsOfWritten } from './mysql-outcome';
import { batchStatement, decisionStatements, type Statement } from './mysql-statements';
import { select } from './mysql-text';
import { type PreparedBatch, UnwritableItem } from './prepare';
import { holdsNamedBy, identityOf, keysNamedBy, receiptsNamedBy, walletsNamedBy } from './references';
import { END_IDENTITY } from './rows';

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
    return (await writeOptimistically(exchange, batch)) ?? (await writeDecided(exchange, batch));
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
  const view = await lockAndLook(exchange, batch);
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

async function lockAndLook(exchange: Exchange, batch: PreparedBatch): Promise<LedgerView> {
  const holds = holdsNamedBy(batch.items);
  const wallets = walletsNamedBy(batch.items);
  const keys = keysNamedBy(batch.items);
  // The index is named because a small table would be read, and locked, as a whole.
  const answers = await exchange([
    START,
    batchStatement(batch).sql,
    select('id, wallet_id, amount', 'hold FORCE INDEX (PRIMARY)', 'id', holds, " AND state = 'OPEN' ORDER BY id FOR UPDATE"),
    select('id, posted - held', 'wallet FORCE INDEX (PRIMARY)', 'id', wallets, ' ORDER BY id FOR UPDATE'),
    select('external_key, id', 'transfer', 'external_key', keys),
    select(END_IDENTITY.join(', '), 'receipt', 'id', receiptsNamedBy(batch.items)),
  ]);
  return viewOf(rowsOf(answers[2]), rowsOf(answers[3]), rowsOf(answers[4]), rowsOf(answers[5]));
}

function viewOf(holds: Rows, wallets: Rows, transfers: Rows, receipts: Rows): LedgerView {
  const open = new Map(holds.map(([id, wallet, amount]) => [String(id), { wallet: String(wallet), amount: BigInt(amount ?? 0) }]));
  const available = new Map(wallets.map(([id, amount]) => [String(id), BigInt(amount ?? 0)]));
  const moved = new Map(transfers.map(([key, id]) => [String(key), String(id)]));
  const written = new Set(receipts.map((row) => row.map((value) => value ?? '').join(' ')));
  return {
    available: (id) => available.get(id),
    wasWritten: (end) => written.has(identityOf(end)),
    transferOf: (key) => moved.get(key),
    isOpen: ({ holdId, walletId, amount }) => {
      const row = open.get(holdId);
      if (row === undefined) return false;
      if (row.wallet === walletId && row.amount === amount) return true;
      throw new UnwritableItem(`The hold ${holdId} is of ${row.amount} on ${row.wallet}, not of ${amount} on ${walletId}.`);
    },
  };
}
