/**
 * The ledger's own connection to the embedded database. Everything here is synchronous and belongs into a thread of its
 * own: a commit waits for the disk.
 */
import type Database from 'better-sqlite3';
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { COUNTABLE_MAX, countable } from '../../../ledger/spend-counter';
import { Sqlite } from '../../sqlite-driver';
import { decideBatch, writesNothing } from '../decide';
import type { CounterMove, Decision, WalletMove } from '../decision';
import { type PreparedBatch, UnwritableItem } from '../prepare';
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
import type { SqlRow } from '../sql-values';
import { SqliteLooks, type SqliteView, type WalletState } from './sqlite-view';

/** Below the patience of whoever waits for a batch: a file that somebody else has locked is a refusal, and no doubt. */
const BUSY_TIMEOUT_MS = 3_000;
const SYNCHRONOUS_FULL = 2n;
const US_PER_MS = 1_000n;

/**
 * Opens the file for the ledger: WAL, and every commit on the disk before it is answered.
 * @throws Error when the database does not promise that
 */
export function openLedgerFile(file: string): Database.Database {
  const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  db.defaultSafeIntegers(true);
  db.pragma('journal_mode = WAL');
  // Forgotten by the database with every close: a file in WAL mode opens with NORMAL, which loses commits with the power.
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma('cache_size = -32768');
  const synchronous = db.pragma('synchronous', { simple: true });
  if (synchronous !== SYNCHRONOUS_FULL) {
    db.close();
    throw new Error(
      `The database ${file} does not keep synchronous=FULL, so that a settled charge could be lost: it says ${String(synchronous)}.`,
    );
  }
  return db;
}

/** Writes batches, one transaction each. */
export class SqliteBatchWriter {
  private readonly begin = this.db.prepare('BEGIN IMMEDIATE');
  private readonly commit = this.db.prepare('COMMIT');
  private readonly insertBatch = this.insert('ledger_batch', BATCH_COLUMNS);
  private readonly insertHold = this.insert('hold', HOLD_COLUMNS);
  private readonly insertReceipt = this.insert('receipt', RECEIPT_COLUMNS);
  private readonly insertAttempt = this.insert('attempt', ATTEMPT_COLUMNS);
  private readonly insertTransfer = this.insert('transfer', TRANSFER_COLUMNS);
  private readonly insertChange = this.insert('wallet_change', CHANGE_COLUMNS);
  private readonly closeHold = this.db.prepare("UPDATE hold SET state = ?, resolved_at = ? WHERE id = ? AND state = 'OPEN'");
  private readonly updateWallet = this.db.prepare(
    `UPDATE wallet SET posted = posted + ?, held = held + ?, seq = ?, changed_at_us = ?
     WHERE id = ? AND posted - held >= ? AND posted = ? AND held = ?`,
  );
  private readonly insertKey = this.insert('idempotency_key', KEY_COLUMNS);
  private readonly takeKey = this.db.prepare('UPDATE idempotency_key SET request_id = ?, hold_id = ? WHERE id = ?');
  private readonly insertRefund = this.insert('refund', REFUND_COLUMNS);
  private readonly replaceAnswer = this.db.prepare<SqlRow>(`REPLACE INTO stored_answer (${ANSWER_COLUMNS.join(', ')}) VALUES (?, ?, ?)`);
  private readonly updateCounter = this.db.prepare(
    `UPDATE spend_counter SET spent = spent + MIN(?, ${COUNTABLE_MAX} - spent), held = held + ?
     WHERE id = ? AND spent + held <= COALESCE(?, spent + held)`,
  );
  private readonly looks = new SqliteLooks(this.db);
  private readonly openHolds = this.db
    // In the order of its ids it would be looked for among all holds that ever were.
    .prepare(`SELECT ${HOLD_COLUMNS.join(', ')} FROM hold INDEXED BY hold_open WHERE state = 'OPEN' ORDER BY id LIMIT ?`)
    .raw();

  constructor(private readonly db: Database.Database) {}

  /** All items or none. @throws whatever the database or the rules said; nothing is written then */
  write(batch: PreparedBatch): readonly LedgerVerdict[] {
    this.begin.run();
    try {
      const view = this.looks.at(batch);
      const decision = decideBatch(batch, view);
      if (writesNothing(decision)) this.db.exec('ROLLBACK');
      else this.writeDecision(batch, decision, view);
      return decision.verdicts;
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Rows of open holds, in the order of `HOLD_COLUMNS`. */
  readOpenHolds(limit: number): SqlRow[] {
    return this.openHolds.all(BigInt(limit)) as SqlRow[];
  }

  private writeDecision(batch: PreparedBatch, decision: Decision, view: SqliteView): void {
    const at = BigInt(batch.at);
    this.insertBatch.run(batch.id, batch.owner, BigInt(batch.items.length), at);
    for (const row of decision.newKeys) this.insertKey.run(...row);
    for (const [id, , , requestId, holdId] of decision.takenKeys) this.takeKey.run(requestId, holdId, id);
    for (const row of decision.holds) this.insertHold.run(...row);
    for (const { holdId } of decision.settled) this.closeOne(holdId, 'SETTLED', at);
    for (const { holdId } of decision.released) this.closeOne(holdId, 'RELEASED', at);
    for (const row of decision.receipts) this.insertReceipt.run(...row);
    for (const row of decision.attempts) this.insertAttempt.run(...row);
    for (const row of decision.transfers) this.insertTransfer.run(...row);
    for (const row of decision.refunds) this.insertRefund.run(...row);
    for (const row of decision.answers) this.replaceAnswer.run(...row);
    for (const move of decision.wallets) this.moveWallet(batch.id, at, move, view.wallet(move.id));
    for (const move of decision.counters) this.moveCounter(move);
    this.commit.run();
  }

  private closeOne(id: string, state: string, at: bigint): void {
    if (this.closeHold.run(state, at, id).changes !== 1) throw new Error(`The hold ${id} was open and could not be closed.`);
  }

  private moveWallet(batchId: string, at: bigint, move: WalletMove, before: WalletState | undefined): void {
    if (before === undefined) throw new UnwritableItem(`There is no wallet "${move.id}".`);
    const { posted, held, seq, changed_at_us } = before;
    const now = at * US_PER_MS;
    const changedAt = !move.moved ? changed_at_us : now > changed_at_us ? now : changed_at_us + 1n;
    const nextSeq = move.moved ? seq + 1n : seq;
    const { changes } = this.updateWallet.run(move.posted, move.held, nextSeq, changedAt, move.id, move.need, posted, held);
    if (changes !== 1) throw new Error(`The wallet ${move.id} has less than was decided on.`);
    if (!move.moved) return;
    this.insertChange.run(move.id, nextSeq, batchId, changedAt, move.posted, posted + move.posted, held + move.held);
  }

  private moveCounter({ id, spent, held, most }: CounterMove): void {
    // What is more than a counter can say could not be bound.
    const { changes } = this.updateCounter.run(spent, held, id, most === null ? null : countable(most));
    if (changes !== 1) throw new Error(`The counter ${id} has less room than was decided on.`);
  }

  /** Its values are given one by one: the driver takes them from an array at twice the price. Nobody reads its row id: no bigint for it. */
  private insert(table: string, columns: readonly string[]): Database.Statement<SqlRow> {
    const values = columns.map(() => '?').join(', ');
    return this.db.prepare<SqlRow>(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})`).safeIntegers(false);
  }
}
