/** What became of a batch whose answer was lost with the ledger's thread, on SQLite: its rows say it. */
import type Database from 'better-sqlite3';
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { verdictsOfTraces } from '../outcome';
import type { PreparedBatch } from '../prepare';
import { SqliteLooks } from './sqlite-view';

/** Null: the batch was not written, and nothing of it. */
export function verdictsOfWritten(db: Database.Database, batch: PreparedBatch): readonly LedgerVerdict[] | null {
  if (db.prepare('SELECT 1 FROM ledger_batch WHERE id = ?').get(batch.id) === undefined) return null;
  // Without the items it opens no counters: those that they name were opened with the batch.
  const now = new SqliteLooks(db).at({ ...batch, items: [] });
  return verdictsOfTraces(batch, { granted: grantedOf(db, batch), now });
}

function grantedOf(db: Database.Database, { items }: PreparedBatch): ReadonlyMap<string, bigint> {
  const placed = items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  const holds = db.prepare('SELECT id, amount FROM hold WHERE id IN (SELECT value FROM json_each(?))').raw().all(JSON.stringify(placed));
  return new Map(holds as [string, bigint][]);
}
