/** What became of a batch that committed without an answer, on MySQL: its rows say it. */
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { type Traces, verdictOf } from '../outcome';
import type { PreparedBatch, PreparedItem } from '../prepare';
import { holdsNamedBy, identityText, receiptsNamedBy, walletsNamedBy } from '../references';
import { END_IDENTITY } from '../rows';
import { type Exchange, rowsOf } from './mysql-connections';
import { select } from './mysql-text';
import { movedBefore, movedIn, refundableIn, refundableNow } from './mysql-view';

export async function verdictsOfWritten(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  const traces = await readTraces(exchange, batch.items);
  return batch.items.map((item) => verdictOf(item, traces));
}

async function readTraces(exchange: Exchange, items: readonly PreparedItem[]): Promise<Traces> {
  const placed = items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  const answers = await exchange([
    select('id, amount', 'hold', 'id', placed),
    select(END_IDENTITY.join(', '), 'receipt', 'id', receiptsNamedBy(items)),
    movedBefore(items),
    select('id, posted - held', 'wallet', 'id', walletsNamedBy(items)),
    select('id, state', 'hold', 'id', holdsNamedBy(items), " AND state <> 'OPEN'"),
    refundableNow(items),
  ]);
  const pairs = (at: number) => new Map(rowsOf(answers[at]).map(([key, value]) => [String(key), String(value)]));
  const receipts = new Set(rowsOf(answers[1]).map(identityText));
  const [moved, refundable] = [movedIn(answers[2]), refundableIn(answers[5])];
  return { granted: pairs(0), receipts, moved, refundable, available: pairs(3), ended: pairs(4) };
}
