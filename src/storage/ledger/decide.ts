/**
 * What a batch does, decided item by item in order. Pure: what the database knows comes through a view, and what it has
 * to write goes out as rows. A view of locked rows decides for good; the optimistic view assumes that everything fits,
 * and the guards in the statements then prove or refute it.
 */
import { unreachable } from '../../kernel/invariant';
import type { LedgerVerdict } from '../../ledger/ledger-store';
import {
  type HoldRef,
  type PreparedBatch,
  type PreparedEnd,
  type PreparedItem,
  type PreparedMove,
  type PreparedPlace,
  type PreparedUndo,
  UnwritableItem,
} from './prepare';
import { identityOf, receiptIdOf } from './references';
import { HOLD_AMOUNT, TRANSFER_BATCH_REST } from './rows';
import type { SqlRow } from './sql-values';

/** What is known when the batch begins. */
export interface LedgerView {
  /** What the wallet can spend; undefined: there is no such wallet. */
  available(walletId: string): bigint | undefined;
  /** @throws UnwritableItem when the hold is open but is not the one described */
  isOpen(hold: HoldRef): boolean;
  /** The transfer that an external key made. */
  transferOf(externalKey: string): string | undefined;
  /** Whether this very end, and not another one of the same request, was written before: its first try had no answer. */
  wasWritten(end: PreparedEnd): boolean;
}

/** What a batch does to one wallet. */
export interface WalletMove {
  readonly id: string;
  /** Signed changes. */
  posted: bigint;
  held: bigint;
  /** What must be available before the batch, so that no item of it ever overdraws. */
  need: bigint;
  /** Entries were written: the wallet's history grows by one link. */
  moved: boolean;
}

export interface Decision {
  readonly verdicts: LedgerVerdict[];
  readonly holds: SqlRow[];
  /** Holds that end, each as its holder remembers it. */
  readonly settled: HoldRef[];
  readonly released: HoldRef[];
  readonly receipts: SqlRow[];
  readonly attempts: SqlRow[];
  readonly transfers: SqlRow[];
  /** Ordered by id: the lock order of every writer. */
  readonly wallets: readonly WalletMove[];
}

interface Course extends Omit<Decision, 'wallets'> {
  readonly view: LedgerView;
  readonly wallets: Map<string, WalletMove>;
  readonly placed: Set<string>;
  readonly ended: Set<string>;
  /** Ends that this batch writes, by receipt. */
  readonly written: Map<string, PreparedEnd>;
  readonly movedBy: Map<string, string>;
  /** Entries of wallets, in order: the place of the row, the wallet, and the amount as the wallet sees it. */
  readonly entries: { readonly row: SqlRow; readonly wallet: WalletMove; readonly amount: bigint }[];
}

/** @throws UnwritableItem when a wallet does not exist */
export function decideBatch(batch: PreparedBatch, view: LedgerView): Decision {
  const course: Course = {
    view,
    verdicts: [],
    holds: [],
    settled: [],
    released: [],
    receipts: [],
    attempts: [],
    transfers: [],
    wallets: new Map(),
    placed: new Set(),
    ended: new Set(),
    written: new Map(),
    movedBy: new Map(),
    entries: [],
  };
  for (const item of batch.items) course.verdicts.push(decideItem(course, item));
  chainEntries(course);
  const wallets = [...course.wallets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...course, wallets };
}

/** Whether every item was refused, so that there is nothing to write. */
export function writesNothing({ holds, receipts, transfers, released }: Decision): boolean {
  return holds.length === 0 && receipts.length === 0 && transfers.length === 0 && released.length === 0;
}

const PLENTY = 1n << 100n;

/** Assumes that every wallet has enough, every hold is open and every external key is new. */
export const OPTIMISTIC: LedgerView = {
  available: () => PLENTY,
  isOpen: () => true,
  transferOf: () => undefined,
  wasWritten: () => false,
};

function decideItem(course: Course, item: PreparedItem): LedgerVerdict {
  switch (item.kind) {
    case 'place':
      return decidePlace(course, item);
    case 'end':
      return decideEnd(course, item);
    case 'move':
      return decideMove(course, item);
    case 'undo':
      return decideUndo(course, item);
    default:
      return unreachable(item);
  }
}

function decidePlace(course: Course, item: PreparedPlace): LedgerVerdict {
  const { replaces } = item;
  if (replaces !== null && !isOpen(course, replaces)) return { verdict: 'not_open' };
  const available = availableNow(course, item.walletId);
  if (available < item.atLeast) return { verdict: 'insufficient', available };
  const amount = available < item.amount ? available : item.amount;
  take(course, item.walletId, amount).held += amount;
  item.row[HOLD_AMOUNT] = amount;
  course.holds.push(item.row);
  course.placed.add(item.holdId);
  if (replaces !== null) {
    close(course, replaces, false);
    walletOf(course, replaces.walletId).held -= replaces.amount;
  }
  return { verdict: 'granted', amount };
}

function decideEnd(course: Course, item: PreparedEnd): LedgerVerdict {
  const { hold } = item;
  if (hold === null && wasWritten(course, item)) return { verdict: 'done' };
  if (hold !== null) {
    if (!isOpen(course, hold)) return { verdict: wasWritten(course, item) ? 'done' : 'not_open' };
    close(course, hold, hold.settles);
    walletOf(course, hold.walletId).held -= hold.amount;
    if (item.transfer !== null) enter(course, item.transfer, walletOf(course, hold.walletId), -item.charge);
  }
  if (item.overage !== null) course.transfers.push(item.overage);
  course.receipts.push(item.receipt);
  course.written.set(receiptIdOf(item), item);
  course.attempts.push(...item.attempts);
  return { verdict: 'done' };
}

function wasWritten(course: Course, item: PreparedEnd): boolean {
  const sameReceipt = course.written.get(receiptIdOf(item));
  return sameReceipt === undefined ? course.view.wasWritten(item) : identityOf(sameReceipt) === identityOf(item);
}

function decideMove(course: Course, item: PreparedMove): LedgerVerdict {
  const before = course.movedBy.get(item.externalKey) ?? course.view.transferOf(item.externalKey);
  if (before !== undefined) return { verdict: 'duplicate', transferId: before };
  const available = availableNow(course, item.walletId);
  if (available + item.amount < 0n) return { verdict: 'insufficient', available };
  const wallet = item.amount < 0n ? take(course, item.walletId, -item.amount) : walletOf(course, item.walletId);
  enter(course, item.transfer, wallet, item.amount);
  course.movedBy.set(item.externalKey, item.transferId);
  return { verdict: 'done' };
}

function decideUndo(course: Course, { hold }: PreparedUndo): LedgerVerdict {
  if (!isOpen(course, hold)) return { verdict: 'not_open' };
  close(course, hold, false);
  walletOf(course, hold.walletId).held -= hold.amount;
  return { verdict: 'done' };
}

function isOpen(course: Course, hold: HoldRef): boolean {
  return !course.ended.has(hold.holdId) && (course.placed.has(hold.holdId) || course.view.isOpen(hold));
}

function close(course: Course, hold: HoldRef, settles: boolean): void {
  course.ended.add(hold.holdId);
  (settles ? course.settled : course.released).push(hold);
}

function availableNow(course: Course, walletId: string): bigint {
  const before = course.view.available(walletId);
  if (before === undefined) throw new UnwritableItem(`There is no wallet "${walletId}".`);
  const wallet = course.wallets.get(walletId);
  return wallet === undefined ? before : before + wallet.posted - wallet.held;
}

function walletOf(course: Course, id: string): WalletMove {
  const known = course.wallets.get(id);
  if (known !== undefined) return known;
  const wallet: WalletMove = { id, posted: 0n, held: 0n, need: 0n, moved: false };
  course.wallets.set(id, wallet);
  return wallet;
}

/** The wallet, from which `amount` is about to be taken: notes what this asks of the balance before the batch. */
function take(course: Course, id: string, amount: bigint): WalletMove {
  const wallet = walletOf(course, id);
  const need = amount - (wallet.posted - wallet.held);
  if (need > wallet.need) wallet.need = need;
  return wallet;
}

function enter(course: Course, row: SqlRow, wallet: WalletMove, amount: bigint): void {
  wallet.posted += amount;
  wallet.moved = true;
  course.transfers.push(row);
  course.entries.push({ row, wallet, amount });
}

/** Tells every entry what still follows it on its wallet in this batch, so that its own balance can be derived. */
function chainEntries(course: Course): void {
  const rest = new Map<WalletMove, bigint>();
  for (const { row, wallet, amount } of course.entries.reverse()) {
    const after = rest.get(wallet) ?? 0n;
    row[TRANSFER_BATCH_REST] = after;
    rest.set(wallet, after + amount);
  }
}
