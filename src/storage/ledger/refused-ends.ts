/** How holds end of which their requests never learned: the ledger did not answer in time, and the client was sent away. */
import type { EndRequest, LedgerVerdict } from '../../ledger/ledger-store';
import { abandonedEnd } from './abandoned-end';
import type { PreparedBatch } from './prepare';
import { HOLD_AMOUNT } from './rows';

/**
 * The ends of all holds that the batch placed: given back, each with the receipt that its request went without. A request
 * whose former hold was released in the same batch has its receipt from here too: it could not end on that hold any more.
 */
export function refusedEnds(batch: PreparedBatch, verdicts: readonly LedgerVerdict[]): EndRequest[] {
  return batch.items.flatMap((item, at) => {
    const verdict = verdicts[at];
    if (item.kind !== 'place' || verdict?.verdict !== 'granted') return [];
    const { amount } = verdict;
    const end = abandonedEnd(
      item.row.map((value, column) => (column === HOLD_AMOUNT ? amount : value)),
      batch.at,
    );
    return [{ ...end, receipt: { ...end.receipt, ...REFUSED } }];
  });
}

const REFUSED = {
  status: 'FAILED',
  stopReason: 'REFUSED',
  errorCode: 'temporarily_unavailable',
  errorMessage: 'The ledger did not confirm the hold in time.',
  noChargeReason: 'The ledger did not confirm the hold in time, so nothing was sent and nothing was charged.',
  recovered: false,
} as const;
