/** Movements between a house account and a wallet in a batch. */
import { NANO_MAX } from '../../kernel/money';
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { availableNow, enter, postedNow, take, walletOf } from './decide-wallets';
import type { Course } from './decision';
import { type PreparedItem, type PreparedMove, UnwritableItem } from './prepare';
import { duplicateOf, movedByRow } from './transfer-row';

/** Whether it goes by a row that no guard of a statement can stand for: a charge that is given back, a code that is redeemed. */
export function hasToBeLookedUp(item: PreparedItem): boolean {
  return item.kind === 'move' && (item.receiptId !== null || item.codeId !== null);
}

export function decideMove(course: Course, item: PreparedMove): LedgerVerdict {
  const mine = movedByRow(item.transfer);
  const before = course.movedBy.get(item.externalKey) ?? course.view.transferOf(item.externalKey);
  if (before !== undefined) return duplicateOf(before, mine);
  if (item.codeId !== null && course.view.isRevoked(item.codeId)) return { verdict: 'code_revoked' };
  // Before anything is noted of it.
  if (item.amount > 0n && postedNow(course, item.walletId) + item.amount > NANO_MAX) return { verdict: 'over_balance' };
  const tooMuch = item.receiptId === null ? null : giveBack(course, item, item.receiptId);
  if (tooMuch !== null) return tooMuch;
  const available = availableNow(course, item.walletId);
  if (available + item.amount < 0n) return { verdict: 'insufficient', available };
  const wallet = item.amount < 0n ? take(course, item.walletId, -item.amount) : walletOf(course, item.walletId);
  enter(course, item.transfer, wallet, item.amount);
  course.movedBy.set(item.externalKey, mine);
  return { verdict: 'done' };
}

/** @throws UnwritableItem for a receipt that does not exist, or that another wallet paid */
function giveBack(course: Course, { transferId, walletId, amount }: PreparedMove, receiptId: string): LedgerVerdict | null {
  const charge = course.view.refundable(receiptId);
  if (charge === undefined) throw new UnwritableItem(`There is no receipt "${receiptId}" to refund.`);
  if (charge.walletId !== walletId)
    throw new UnwritableItem(`The receipt ${receiptId} was paid from ${charge.walletId}, not from ${walletId}.`);
  const refunded = charge.refunded + (course.givenBack.get(receiptId) ?? 0n);
  if (refunded + amount > charge.charged) return { verdict: 'over_charge', charged: charge.charged, refunded };
  course.givenBack.set(receiptId, (course.givenBack.get(receiptId) ?? 0n) + amount);
  course.refunds.push([receiptId, transferId, amount]);
  return null;
}
