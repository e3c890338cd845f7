/**
 * The statements of one batch. Locks are always taken in one order (holds by id, then wallets by id), and the wallet,
 * over which everybody fights, comes last, so that it is locked for little more than the commit.
 */

import type { Decision, WalletMove } from './decide';
import { amountById, insertText, list, literal } from './mysql-text';
import type { HoldRef, PreparedBatch } from './prepare';
import { ATTEMPT_COLUMNS, BATCH_COLUMNS, HOLD_COLUMNS, RECEIPT_COLUMNS, TRANSFER_COLUMNS } from './rows';
import type { SqlRow } from './sql-values';

export interface Statement {
  readonly sql: string;
  /** Rows that it must find; another number means that the decision does not hold. */
  readonly finds?: number;
}

const US_PER_MS = 1_000;

export function batchStatement(batch: PreparedBatch): Statement {
  return { sql: insertText('ledger_batch', BATCH_COLUMNS, [[batch.id, batch.owner, BigInt(batch.items.length), BigInt(batch.at)]]) };
}

/** Everything that a decision writes but the batch row itself. */
export function decisionStatements(batch: PreparedBatch, decision: Decision): Statement[] {
  return [
    ...inserts('hold', HOLD_COLUMNS, decision.holds),
    ...closeHolds(batch.at, decision),
    ...inserts('receipt', RECEIPT_COLUMNS, decision.receipts),
    ...inserts('attempt', ATTEMPT_COLUMNS, decision.attempts),
    ...inserts('transfer', TRANSFER_COLUMNS, decision.transfers),
    ...moveWallets(batch, decision.wallets),
  ];
}

function inserts(table: string, columns: readonly string[], rows: readonly SqlRow[]): Statement[] {
  return rows.length === 0 ? [] : [{ sql: insertText(table, columns, rows) }];
}

function closeHolds(at: number, { settled, released }: Decision): Statement[] {
  const ending = [...settled, ...released];
  if (ending.length === 0) return [];
  // The index is named because the one on the state would lock in another order. Besides its id, a hold must have the
  // wallet and the amount that are about to be given back.
  const sql = `UPDATE hold FORCE INDEX (PRIMARY) SET state = ${stateText(settled, released)}, resolved_at = ${at}
    WHERE id IN (${list(ending.map(({ holdId }) => holdId))}) AND state = 'OPEN'
    AND CONCAT(id, ' ', wallet_id, ' ', amount) IN (${list(ending.map(({ holdId, walletId, amount }) => `${holdId} ${walletId} ${amount}`))})`;
  return [{ sql, finds: ending.length }];
}

function stateText(settled: readonly HoldRef[], released: readonly HoldRef[]): string {
  if (released.length === 0) return `'SETTLED'`;
  if (settled.length === 0) return `'RELEASED'`;
  return `CASE WHEN id IN (${list(released.map(({ holdId }) => holdId))}) THEN 'RELEASED' ELSE 'SETTLED' END`;
}

function moveWallets(batch: PreparedBatch, wallets: readonly WalletMove[]): Statement[] {
  if (wallets.length === 0) return [];
  const moved = wallets.filter((wallet) => wallet.moved);
  const sets = [`held = held + ${amountById(wallets.map(({ id, held }) => ({ id, amount: held })))}`];
  if (moved.length > 0) sets.push(...chainSets(batch, wallets));
  const need = amountById(wallets.map((wallet) => ({ id: wallet.id, amount: wallet.need })));
  const guarded = `UPDATE wallet FORCE INDEX (PRIMARY) SET ${sets.join(', ')}
    WHERE id IN (${list(wallets.map(({ id }) => id))}) AND posted - held >= ${need}`;
  const update = { sql: guarded, finds: wallets.length };
  return moved.length === 0 ? [update] : [update, chainLinks(batch, moved)];
}

function chainSets(batch: PreparedBatch, wallets: readonly WalletMove[]): string[] {
  const links = amountById(wallets.map(({ id, moved }) => ({ id, amount: moved ? 1n : 0n })));
  const posted = amountById(wallets.map((wallet) => ({ id: wallet.id, amount: wallet.posted })));
  const nextAt = `GREATEST(changed_at_us + 1, ${batch.at * US_PER_MS})`;
  return [`posted = posted + ${posted}`, `seq = seq + ${links}`, `changed_at_us = IF(${links} = 1, ${nextAt}, changed_at_us)`];
}

function chainLinks(batch: PreparedBatch, moved: readonly WalletMove[]): Statement {
  const delta = amountById(moved.map(({ id, posted }) => ({ id, amount: posted })));
  const sql = `INSERT INTO wallet_change (wallet_id, seq, batch_id, at_us, posted_delta, posted_after, held_after)
    SELECT id, seq, ${literal(batch.id)}, changed_at_us, ${delta}, posted, held FROM wallet WHERE id IN (${list(moved.map(({ id }) => id))})`;
  return { sql };
}
