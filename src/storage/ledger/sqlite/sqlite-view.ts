/** What a batch on the embedded database is decided on: the rows themselves, inside the writing transaction. */

import type Database from 'better-sqlite3';
import type { OpenHold } from '../../../ledger/ledger-store';
import type { CounterState } from '../../../ledger/spend-room';
import type { Row } from '../../sql/row-values';
import { counterOf, counterSums, SQLITE_SUMS } from '../counter-sums';
import type { KeyUseOfHold, LedgerView, Refundable } from '../decision';
import { type PreparedBatch, type PreparedEnd, UnwritableItem } from '../prepare';
import { identityOf, identityText, receiptIdOf } from '../references';
import { END_IDENTITY } from '../rows';
import type { SqlRow, SqlValue } from '../sql-values';
import type { MovedBefore } from '../transfer-row';

export interface WalletState {
  readonly id: string;
  readonly posted: bigint;
  readonly held: bigint;
  readonly seq: bigint;
  readonly changed_at_us: bigint;
}

interface HoldState {
  readonly wallet_id: string;
  readonly amount: bigint;
}

/** The statements, prepared once. */
export class SqliteLooks {
  readonly wallet = this.db.prepare('SELECT id, posted, held, seq, changed_at_us FROM wallet WHERE id = ?');
  readonly openHold = this.db.prepare("SELECT wallet_id, amount FROM hold WHERE id = ? AND state = 'OPEN'");
  readonly transfer = this.db.prepare(
    'SELECT id AS transferId, kind, debit, credit, amount, receipt_id AS receiptId FROM transfer WHERE external_key = ?',
  );
  readonly endIdentity = this.db.prepare(`SELECT ${END_IDENTITY.join(', ')} FROM receipt WHERE id = ?`).raw();
  readonly counter = this.db.prepare('SELECT spent, held FROM spend_counter WHERE id = ?');
  readonly insertCounter = this.db.prepare('INSERT INTO spend_counter (id, spent, held) VALUES (?, ?, ?)');
  readonly keyUse = this.db.prepare(
    `SELECT k.body_hash AS bodyHash, k.request_id AS requestId, k.hold_id AS holdId, COALESCE(h.state, 'RELEASED') AS state
     FROM idempotency_key k LEFT JOIN hold h ON h.id = k.hold_id WHERE k.id = ?`,
  );
  readonly refundable = this.db.prepare(
    `SELECT account_id || ':' || bucket AS walletId, charge AS charged,
       (SELECT COALESCE(SUM(amount), 0) FROM refund WHERE receipt_id = receipt.id) AS refunded FROM receipt WHERE id = ?`,
  );
  readonly revokedCode = this.db.prepare('SELECT 1 FROM redemption_code WHERE id = ? AND revoked_at IS NOT NULL');

  constructor(readonly db: Database.Database) {}

  at(batch: PreparedBatch): SqliteView {
    return new SqliteView(this, batch);
  }
}

export class SqliteView implements LedgerView {
  private readonly wallets = new Map<string, WalletState>();
  private readonly counters = new Map<string, CounterState | null>();

  /** Counters that a ceiling names are there from now on. */
  constructor(
    private readonly looks: SqliteLooks,
    { items }: PreparedBatch,
  ) {
    for (const item of items) {
      if (item.kind !== 'place') continue;
      for (const { counterId } of item.ceilings) if (this.counter(counterId) === null) this.openCounter(counterId, item.walletId);
    }
  }

  wallet(id: string): WalletState | undefined {
    const before = this.wallets.get(id);
    if (before !== undefined) return before;
    const wallet = this.looks.wallet.get(id) as WalletState | undefined;
    if (wallet !== undefined) this.wallets.set(id, wallet);
    return wallet;
  }

  available(id: string): bigint | undefined {
    const wallet = this.wallet(id);
    return wallet === undefined ? undefined : wallet.posted - wallet.held;
  }

  posted(id: string): bigint {
    return this.wallet(id)?.posted ?? 0n;
  }

  isOpen({ holdId, walletId, amount }: OpenHold): boolean {
    const row = this.looks.openHold.get(holdId) as HoldState | undefined;
    if (row === undefined) return false;
    if (row.wallet_id === walletId && row.amount === amount) return true;
    throw new UnwritableItem(`The hold ${holdId} is of ${row.amount} on ${row.wallet_id}, not of ${amount} on ${walletId}.`);
  }

  transferOf(externalKey: string): MovedBefore | undefined {
    return this.looks.transfer.get(externalKey) as MovedBefore | undefined;
  }

  wasWritten(end: PreparedEnd): boolean {
    const row = this.looks.endIdentity.get(receiptIdOf(end)) as SqlRow | undefined;
    return row !== undefined && identityText(row) === identityOf(end);
  }

  counter(id: string): CounterState | null {
    const known = this.counters.get(id);
    if (known !== undefined) return known;
    const counter = (this.looks.counter.get(id) as CounterState | undefined) ?? null;
    this.counters.set(id, counter);
    return counter;
  }

  keyUse(id: string): KeyUseOfHold | undefined {
    return this.looks.keyUse.get(id) as KeyUseOfHold | undefined;
  }

  refundable(receiptId: string): Refundable | undefined {
    return this.looks.refundable.get(receiptId) as Refundable | undefined;
  }

  isRevoked(codeId: string): boolean {
    return this.looks.revokedCode.get(codeId) !== undefined;
  }

  private openCounter(id: string, walletId: string): void {
    const values: SqlValue[] = [];
    const value = (each: SqlValue) => {
      values.push(each);
      return '?';
    };
    const sql = counterSums(id, walletId, { ...SQLITE_SUMS, value });
    const sums = counterOf(this.looks.db.prepare(sql).get(values) as Row);
    this.looks.insertCounter.run(id, sums.spent, sums.held);
    this.counters.set(id, sums);
  }
}
