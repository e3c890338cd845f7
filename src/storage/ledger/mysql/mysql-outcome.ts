/** What became of a batch that committed without an answer, on MySQL: its rows say it. */
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { verdictsOfTraces } from '../outcome';
import type { PreparedBatch } from '../prepare';
import { type Exchange, rowsOf } from './mysql-connections';
import { select } from './mysql-text';
import { look } from './mysql-view';

export async function verdictsOfWritten(exchange: Exchange, batch: PreparedBatch): Promise<readonly LedgerVerdict[]> {
  const placed = batch.items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  const [answer] = await exchange([select('id, amount', 'hold', 'id', placed)]);
  const granted = new Map(rowsOf(answer).map(([id, amount]) => [String(id), BigInt(amount ?? 0)]));
  return verdictsOfTraces(batch, { granted, now: await look(exchange, batch.items) });
}
