/**
 * The statements of one batch. Locks are always taken in one order (holds by id, then wallets by id), and the wallet,
 * over which everybody fights, comes last, so that it is locked for little more than the commit.
 */

import { NANO_MAX } from '../../../kernel/money';
import type { OpenHold } from '../../../ledger/ledger-store';
import { COUNTABLE_MAX } from '../../../ledger/spend-counter';
import type { CounterMove, Decision, WalletMove } from '../decision';
import type { PreparedBatch } from '../prepare';
import {
  ANSWER_COLUMNS,
  ATTEMPT_COLUMNS,
  BATCH_COLUMNS,
  CHANGE_COLUMNS,
  HOLD_COLUMNS,
  KEY_COLUMNS,
  RECEIPT_COLUMNS,
  REFUND_COLUMNS,
  TRANSFER_COLUMNS,
} from '../rows';
import type { RowOf, SqlRow } from '../sql-values';
import { amountById, insertText, list, literal } from './mysql-text';

export interface Statement {
  readonly sql: string;
  /** Rows that it must find; another number means that the decision does not hold. */
  readonly finds?: number;
}

const US_PER_MS = 1_000;
const BIGINT_MAX = 2n ** 63n - 1n;

/** Fails, by an overflow, unless the statement before it found so many rows: plain SQL has no other way to end an exchange. */
export function mustHaveFound(rows: number): string {
  return `SET @found = ${BIGINT_MAX} + (ROW_COUNT() <> ${rows})`;
}

export function batchStatement(batch: PreparedBatch): Statement {
  return { sql: insertText('ledger_batch', BATCH_COLUMNS, [[batch.id, batch.owner, BigInt(batch.items.length), BigInt(batch.at)]]) };
}

/** Everything that a decision writes but the batch row itself. */
export function decisionStatements(batch: PreparedBatch, decision: Decision): Statement[] {
  return [
    ...inserts('idempotency_key', KEY_COLUMNS, decision.newKeys),
    ...decision.takenKeys.map(takeKey),
    ...inserts('hold', HOLD_COLUMNS, decision.holds),
    ...closeHolds(batch.at, decision),
    ...inserts('receipt', RECEIPT_COLUMNS, decision.receipts),
    ...inserts('attempt', ATTEMPT_COLUMNS, decision.attempts),
    ...inserts('transfer', TRANSFER_COLUMNS, decision.transfers),
    ...inserts('refund', REFUND_COLUMNS, decision.refunds),
    ...replaceAnswers(decision.answers),
    ...moveWallets(batch, decision.wallets),
    ...moveCounters(decision.counters),
  ];
}

function inserts(table: string, columns: readonly string[], rows: readonly SqlRow[]): Statement[] {
  return rows.length === 0 ? [] : [{ sql: insertText(table, columns, rows) }];
}

function takeKey([id, , , requestId, holdId]: RowOf<typeof KEY_COLUMNS>): Statement {
  const set = `request_id = ${literal(requestId)}, hold_id = ${literal(holdId)}`;
  return { sql: `UPDATE idempotency_key SET ${set} WHERE id = ${literal(id)}`, finds: 1 };
}

function replaceAnswers(rows: readonly SqlRow[]): Statement[] {
  return inserts('stored_answer', ANSWER_COLUMNS, rows).map(({ sql }) => ({ sql: sql.replace(/^INSERT/, 'REPLACE') }));
}

/**
 * After the wallets: their locks keep everybody else away from the counters of the same spenders. A counter that no
 * ceiling names is changed if it exists; one that has a ceiling must exist and leave room.
 */
function moveCounters(counters: readonly CounterMove[]): Statement[] {
  const guarded = counters.filter(({ most }) => most !== null);
  const free = counters.filter(({ most }) => most === null);
  const room = amountById(guarded.map(({ id, most }) => ({ id, amount: most ?? 0n })));
  return [
    ...(guarded.length === 0 ? [] : [{ sql: `${changeCounters(guarded)} AND spent + held <= ${room}`, finds: guarded.length }]),
    ...(free.length === 0 ? [] : [{ sql: changeCounters(free) }]),
  ];
}

function changeCounters(counters: readonly CounterMove[]): string {
  const spent = amountById(counters.map((counter) => ({ id: counter.id, amount: counter.spent })));
  const held = amountById(counters.map((counter) => ({ id: counter.id, amount: counter.held })));
  return `UPDATE spend_counter SET spent = spent + LEAST(${spent}, ${COUNTABLE_MAX} - spent), held = held + ${held} WHERE id IN (${list(counters.map(({ id }) => id))})`;
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

function stateText(settled: readonly OpenHold[], released: readonly OpenHold[]): string {
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
    WHERE id IN (${list(wallets.map(({ id }) => id))}) AND posted - held >= ${need}${roomToGrow(wallets)}`;
  const update = { sql: guarded, finds: wallets.length };
  return moved.length === 0 ? [update] : [update, chainLinks(batch, moved)];
}

/** Charges, which are nearly all there is, make no wallet grow. */
function roomToGrow(wallets: readonly WalletMove[]): string {
  if (wallets.every(({ growth }) => growth === 0n)) return '';
  const most = (growth: bigint) => (growth === 0n ? BIGINT_MAX : NANO_MAX - growth);
  return ` AND posted <= ${amountById(wallets.map(({ id, growth }) => ({ id, amount: most(growth) })))}`;
}

function chainSets(batch: PreparedBatch, wallets: readonly WalletMove[]): string[] {
  const links = amountById(wallets.map(({ id, moved }) => ({ id, amount: moved ? 1n : 0n })));
  const posted = amountById(wallets.map((wallet) => ({ id: wallet.id, amount: wallet.posted })));
  const nextAt = `GREATEST(changed_at_us + 1, ${batch.at * US_PER_MS})`;
  return [`posted = posted + ${posted}`, `seq = seq + ${links}`, `changed_at_us = IF(${links} = 1, ${nextAt}, changed_at_us)`];
}

function chainLinks(batch: PreparedBatch, moved: readonly WalletMove[]): Statement {
  const delta = amountById(moved.map(({ id, posted }) => ({ id, amount: posted })));
  const sql = `INSERT INTO wallet_change (${CHANGE_COLUMNS.join(', ')})
    SELECT id, seq, ${literal(batch.id)}, changed_at_us, ${delta}, posted, held FROM wallet WHERE id IN (${list(moved.map(({ id }) => id))})`;
  return { sql };
}
