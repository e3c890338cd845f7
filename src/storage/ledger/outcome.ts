/** What became of the items of a batch that was written without an answer, told by the rows that it left. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import type { Refundable } from './decision';
import type { PreparedItem, PreparedMove, PreparedPlace } from './prepare';
import { identityOf } from './references';
import { duplicateOf, type MovedBefore, movedByRow } from './transfer-row';

/** What stands in the tables of the rows that the items name. */
export interface Traces {
  /** Placed holds and their amounts. */
  readonly granted: ReadonlyMap<string, string>;
  /** The identities of receipts: another process may have ended the request before, with a receipt of the same id. */
  readonly receipts: ReadonlySet<string>;
  /** Transfers by external key. */
  readonly moved: ReadonlyMap<string, MovedBefore>;
  /** What refunds name: the charge, and what was given back of it. */
  readonly refundable: ReadonlyMap<string, Pick<Refundable, 'charged' | 'refunded'>>;
  /** What each wallet can spend now. */
  readonly available: ReadonlyMap<string, string>;
  /** Holds that are not open any more. */
  readonly ended: ReadonlyMap<string, string>;
}

export function verdictOf(item: PreparedItem, traces: Traces): LedgerVerdict {
  if (item.kind === 'end') return { verdict: traces.receipts.has(identityOf(item)) ? 'done' : 'not_open' };
  return item.kind === 'move' ? verdictOfMove(item, traces) : verdictOfPlace(item, traces);
}

function verdictOfMove(item: PreparedMove, traces: Traces): LedgerVerdict {
  const before = traces.moved.get(item.externalKey);
  if (before?.transferId === item.transferId) return { verdict: 'done' };
  if (before !== undefined) return duplicateOf(before, movedByRow(item.transfer));
  const charge = item.receiptId === null ? undefined : traces.refundable.get(item.receiptId);
  if (charge !== undefined) return { verdict: 'over_charge', charged: charge.charged, refunded: charge.refunded };
  return insufficient(item.walletId, traces);
}

function verdictOfPlace(item: PreparedPlace, traces: Traces): LedgerVerdict {
  const amount = traces.granted.get(item.holdId);
  if (amount !== undefined) return { verdict: 'granted', amount: BigInt(amount) };
  if (item.replaces !== null && traces.ended.has(item.replaces.holdId)) return { verdict: 'not_open' };
  return insufficient(item.walletId, traces);
}

function insufficient(walletId: string, { available }: Traces): LedgerVerdict {
  return { verdict: 'insufficient', available: BigInt(available.get(walletId) ?? 0) };
}
