/** What became of a batch whose answer was lost with the ledger's thread, on SQLite: its rows say it. */
import type Database from 'better-sqlite3';
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { type Traces, verdictOf } from '../outcome';
import type { PreparedBatch, PreparedItem } from '../prepare';
import { holdsNamedBy, identityText, keysNamedBy, receiptsNamedBy, walletsNamedBy } from '../references';
import { END_IDENTITY } from '../rows';

/** Null: the batch was not written, and nothing of it. */
export function verdictsOfWritten(db: Database.Database, batch: PreparedBatch): readonly LedgerVerdict[] | null {
  if (db.prepare('SELECT 1 FROM ledger_batch WHERE id = ?').get(batch.id) === undefined) return null;
  const traces = readTraces(db, batch.items);
  return batch.items.map((item) => verdictOf(item, traces));
}

function readTraces(db: Database.Database, items: readonly PreparedItem[]): Traces {
  const rows = (sql: string, ids: readonly string[]) =>
    db.prepare(`${sql} IN (SELECT value FROM json_each(?))`).raw().all(JSON.stringify(ids)) as unknown[][];
  const pairs = (sql: string, ids: readonly string[]) => new Map(rows(sql, ids).map(([key, value]) => [String(key), String(value)]));
  const placed = items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  return {
    granted: pairs('SELECT id, amount FROM hold WHERE id', placed),
    receipts: new Set(rows(`SELECT ${END_IDENTITY.join(', ')} FROM receipt WHERE id`, receiptsNamedBy(items)).map(identityText)),
    moved: pairs('SELECT external_key, id FROM transfer WHERE external_key', keysNamedBy(items)),
    available: pairs('SELECT id, posted - held FROM wallet WHERE id', walletsNamedBy(items)),
    ended: pairs("SELECT id, state FROM hold WHERE state <> 'OPEN' AND id", holdsNamedBy(items)),
  };
}
