/** What a batch does, before it is written: what is known, and what is to be written. */
import type { KeyUse } from '../../ledger/key-use';
import type { LedgerVerdict, OpenHold } from '../../ledger/ledger-store';
import type { CounterState } from '../../ledger/spend-room';
import type { PreparedEnd } from './prepare';
import type { KEY_COLUMNS, REFUND_COLUMNS } from './rows';
import type { RowOf, SqlRow } from './sql-values';
import type { MovedBefore } from './transfer-row';

/** What is known when the batch begins. */
export interface LedgerView {
  /** What the wallet can spend; undefined: there is no such wallet. */
  available(walletId: string): bigint | undefined;
  /** What the wallet has, holds included. Asked for one that there is. */
  posted(walletId: string): bigint;
  /** @throws UnwritableItem when the hold is open but is not the one described */
  isOpen(hold: OpenHold): boolean;
  /** The transfer that an external key made. */
  transferOf(externalKey: string): MovedBefore | undefined;
  /** Whether this very end, and not another one of the same request, was written before: its first try had no answer. */
  wasWritten(end: PreparedEnd): boolean;
  /** null: the counter does not exist. Those that a ceiling of the batch names do. */
  counter(id: string): CounterState | null;
  /** The last hold that was placed with an idempotency key. */
  keyUse(id: string): KeyUseOfHold | undefined;
  /** What a request was charged and given back; undefined: there is no such receipt. Asked for refunds alone. */
  refundable(receiptId: string): Refundable | undefined;
  /** Whether a redemption code was revoked; it stays so. Asked for redemptions alone. */
  isRevoked(codeId: string): boolean;
}

export interface KeyUseOfHold extends KeyUse {
  readonly holdId: string;
}

export interface Refundable {
  readonly walletId: string;
  readonly charged: bigint;
  readonly refunded: bigint;
}

/** What a batch does to one wallet. */
export interface WalletMove {
  readonly id: string;
  /** Signed changes. */
  posted: bigint;
  held: bigint;
  /** What must be available before the batch, so that no item of it ever overdraws. */
  need: bigint;
  /** By how much what it has grows on the way, at most: it must not come to more than any amount may be. */
  growth: bigint;
  /** Entries were written: the wallet's history grows by one link. */
  moved: boolean;
}

/** What a batch does to one counter of spend. */
export interface CounterMove {
  readonly id: string;
  /** Signed changes. */
  spent: bigint;
  held: bigint;
  /** What `spent + held` may be at most before the batch, so that no hold of it passes a ceiling; null: none names it. */
  most: bigint | null;
}

export interface Decision {
  readonly verdicts: LedgerVerdict[];
  /** Rows of `idempotency_key` that are new, and those that are taken over. */
  readonly newKeys: RowOf<typeof KEY_COLUMNS>[];
  readonly takenKeys: RowOf<typeof KEY_COLUMNS>[];
  readonly holds: SqlRow[];
  /** Holds that end, each as its holder remembers it. */
  readonly settled: OpenHold[];
  readonly released: OpenHold[];
  readonly receipts: SqlRow[];
  readonly attempts: SqlRow[];
  readonly transfers: SqlRow[];
  readonly refunds: RowOf<typeof REFUND_COLUMNS>[];
  readonly answers: SqlRow[];
  /** Ordered by id: the lock order of every writer. */
  readonly wallets: readonly WalletMove[];
  readonly counters: readonly CounterMove[];
}

/** A decision that is being made, item by item. */
export interface Course extends Omit<Decision, 'wallets' | 'counters'> {
  readonly view: LedgerView;
  readonly wallets: Map<string, WalletMove>;
  readonly counters: Map<string, CounterMove>;
  readonly placed: Set<string>;
  readonly ended: Set<string>;
  /** Ends that this batch writes, by receipt. */
  readonly written: Map<string, PreparedEnd>;
  readonly movedBy: Map<string, MovedBefore>;
  /** Idempotency keys that this batch uses. */
  readonly keyUses: Map<string, Omit<KeyUseOfHold, 'state'>>;
  /** What this batch gives back of each charge. */
  readonly givenBack: Map<string, bigint>;
  /** Entries of wallets, in order: the place of the row, the wallet, and the amount as the wallet sees it. */
  readonly entries: { readonly row: SqlRow; readonly wallet: WalletMove; readonly amount: bigint }[];
}
