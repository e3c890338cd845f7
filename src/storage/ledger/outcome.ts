/** What became of the items of a batch that was written without an answer, told by the rows that it left. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { decideBatch } from './decide';
import type { LedgerView } from './decision';
import type { PreparedBatch, PreparedItem } from './prepare';

/** What stands in the tables of the rows that the items name. */
export interface Traces {
  /** Placed holds and their amounts. */
  readonly granted: ReadonlyMap<string, bigint>;
  /** The rows that decide: as they are by now. */
  readonly now: LedgerView;
}

export function verdictsOfTraces(batch: PreparedBatch, traces: Traces): readonly LedgerVerdict[] {
  return batch.items.map((item) => writtenAs(item, traces) ?? refusedAs({ ...batch, items: [item] }, traces));
}

/** null: nothing was written of it. */
function writtenAs(item: PreparedItem, { granted, now }: Traces): LedgerVerdict | null {
  // Another process may have ended the request before, with a receipt of the same id.
  if (item.kind === 'end') return { verdict: now.wasWritten(item) ? 'done' : 'not_open' };
  if (item.kind === 'move') return now.transferOf(item.externalKey)?.transferId === item.transferId ? { verdict: 'done' } : null;
  const amount = granted.get(item.holdId);
  return amount === undefined ? null : { verdict: 'granted', amount };
}

/** Why, as it would be told now. What refused it may have passed since: then nobody can tell any more. */
function refusedAs(alone: PreparedBatch, { now }: Traces): LedgerVerdict {
  const [verdict] = decideBatch(alone, now).verdicts;
  return verdict === undefined || verdict.verdict === 'granted' || verdict.verdict === 'done' ? { verdict: 'refused' } : verdict;
}
