/** The one row that says which catalog was applied last. Whoever changes the catalog locks it first. */
import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../sql/in-transaction';
import { keptFromOthers } from '../sql/query';
import { type Row, textOf, whole } from '../sql/row-values';
import { type AppliedCatalog, NOTHING_APPLIED } from './applied-catalog';

const SECOND_MS = 1_000;
/** When numbers begin: they are seconds in a column of 31 bits. */
const FIRST_MS = Date.UTC(2026, 0, 1);

export interface CatalogState {
  readonly revision: number;
  readonly applied: AppliedCatalog;
}

/** `next`: null where nothing changed. */
export type CatalogChange<T> = (
  manager: EntityManager,
  state: CatalogState,
) => Promise<{ readonly next: AppliedCatalog | null; readonly result: T }>;

/**
 * Runs `change` in a transaction that no other change of the catalog can overlap, in this process or another. What it
 * returns as `next` is stored as the applied catalog under the next revision; null: nothing changed.
 */
export async function changingCatalog<T>(dataSource: DataSource, now: number, change: CatalogChange<T>): Promise<T> {
  // In a transaction of its own: two first starts at once would else deadlock on the row that both insert.
  await inTransaction(dataSource, ensureRow);
  return inTransaction(dataSource, async (manager) => {
    const state = await lockState(manager);
    const { next, result } = await change(manager, state);
    if (next !== null) await storeState(manager, revisionAfter(state.revision, now), next);
    return result;
  });
}

/** Reads the state, and keeps others from changing it until the transaction ends. */
export async function lockState(manager: EntityManager): Promise<CatalogState> {
  const rows: Row[] = await manager.query(`SELECT revision, applied FROM catalog_state WHERE id = 1${keptFromOthers(manager)}`);
  const [row] = rows;
  if (row === undefined) return { revision: 0, applied: NOTHING_APPLIED };
  return { revision: whole(row['revision']), applied: JSON.parse(textOf(row['applied'])) as AppliedCatalog };
}

/** The catalog that was applied last. */
export async function readApplied(dataSource: DataSource): Promise<AppliedCatalog> {
  return (await inTransaction(dataSource, lockState)).applied;
}

/** The revision that is there now, without a lock; 0 when nothing was ever applied. */
export async function readRevision(manager: EntityManager): Promise<number> {
  const rows: Row[] = await manager.query('SELECT revision FROM catalog_state WHERE id = 1');
  return whole(rows[0]?.['revision'] ?? 0);
}

/**
 * Seconds, and more where there were more changes: a change that was lost with its server, where a replica took over that had not heard of
 * it, and the one that is made in its place then have different numbers, and whoever knows the lost one reads the other.
 */
function revisionAfter(revision: number, now: number): number {
  return Math.max(revision + 1, Math.trunc((now - FIRST_MS) / SECOND_MS));
}

async function ensureRow(manager: EntityManager): Promise<void> {
  const ignore = manager.connection.options.type === 'better-sqlite3' ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
  await manager.query(`${ignore} INTO catalog_state (id, revision, applied) VALUES (1, 0, ?)`, [JSON.stringify(NOTHING_APPLIED)]);
}

async function storeState(manager: EntityManager, revision: number, applied: AppliedCatalog): Promise<void> {
  const values = [BigInt(revision), JSON.stringify(applied)];
  await manager.query('UPDATE catalog_state SET revision = ?, applied = ? WHERE id = 1', values);
}
