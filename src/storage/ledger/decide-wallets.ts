/** Wallets in a batch: what they can spend as the batch goes on, and what it asks of them before it begins. */
import type { Course, WalletMove } from './decision';
import { UnwritableItem } from './prepare';
import type { SqlRow } from './sql-values';

export function availableNow(course: Course, walletId: string): bigint {
  const before = course.view.available(walletId);
  if (before === undefined) throw new UnwritableItem(`There is no wallet "${walletId}".`);
  const wallet = course.wallets.get(walletId);
  return wallet === undefined ? before : before + wallet.posted - wallet.held;
}

/** What the wallet has as the batch goes on, holds included. */
export function postedNow(course: Course, walletId: string): bigint {
  return course.view.posted(walletId) + (course.wallets.get(walletId)?.posted ?? 0n);
}

export function walletOf(course: Course, id: string): WalletMove {
  const known = course.wallets.get(id);
  if (known !== undefined) return known;
  const wallet: WalletMove = { id, posted: 0n, held: 0n, need: 0n, growth: 0n, moved: false };
  course.wallets.set(id, wallet);
  return wallet;
}

/** The wallet, from which `amount` is about to be taken: notes what this asks of the balance before the batch. */
export function take(course: Course, id: string, amount: bigint): WalletMove {
  const wallet = walletOf(course, id);
  const need = amount - (wallet.posted - wallet.held);
  if (need > wallet.need) wallet.need = need;
  return wallet;
}

export function enter(course: Course, row: SqlRow, wallet: WalletMove, amount: bigint): void {
  wallet.posted += amount;
  if (wallet.posted > wallet.growth) wallet.growth = wallet.posted;
  wallet.moved = true;
  course.transfers.push(row);
  course.entries.push({ row, wallet, amount });
}
