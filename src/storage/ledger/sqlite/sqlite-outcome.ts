/** What became of a batch whose answer was lost with the ledger's thread, on SQLite: its rows say it. */
import type Database from 'better-sqlite3';
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import { type Traces, verdictOf } from '../outcome';
import type { PreparedBatch, PreparedItem } from '../prepare';
import { holdsNamedBy, identityText, keysNamedBy, receiptsNamedBy, refundsNamedBy, walletsNamedBy } from '../references';
import { END_IDENTITY } from '../rows';
import { SqliteLooks } from './sqlite-view';

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
  const looks = new SqliteLooks(db);
  const placed = items.flatMap((item) => (item.kind === 'place' ? [item.holdId] : []));
  return {
    granted: pairs('SELECT id, amount FROM hold WHERE id', placed),
    receipts: new Set(rows(`SELECT ${END_IDENTITY.join(', ')} FROM receipt WHERE id`, receiptsNamedBy(items)).map(identityText)),
    moved: seen(keysNamedBy(items), looks.transfer),
    refundable: seen(refundsNamedBy(items), looks.refundable),
    available: pairs('SELECT id, posted - held FROM wallet WHERE id', walletsNamedBy(items)),
    ended: pairs("SELECT id, state FROM hold WHERE state <> 'OPEN' AND id", holdsNamedBy(items)),
  };
}

function seen<T>(ids: readonly string[], look: Database.Statement): ReadonlyMap<string, T> {
  const rows = ids.map((id): [string, T | undefined] => [id, look.get(id) as T | undefined]);
  return new Map(rows.filter((row): row is [string, T] => row[1] !== undefined));
}
