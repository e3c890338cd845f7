/** What became of the items of a batch that was written without an answer, told by the rows that it left. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import type { PreparedItem, PreparedMove, PreparedPlace } from './prepare';
import { identityOf } from './references';

/** What stands in the tables of the rows that the items name. */
export interface Traces {
  /** Placed holds and their amounts. */
  readonly granted: ReadonlyMap<string, string>;
  /** The identities of receipts: another process may have ended the request before, with a receipt of the same id. */
  readonly receipts: ReadonlySet<string>;
  /** Transfers by external key. */
  readonly moved: ReadonlyMap<string, string>;
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
  const transferId = traces.moved.get(item.externalKey);
  if (transferId === undefined) return insufficient(item.walletId, traces);
  return transferId === item.transferId ? { verdict: 'done' } : { verdict: 'duplicate', same: true, transferId };
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
