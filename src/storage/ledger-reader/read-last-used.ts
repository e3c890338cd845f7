/** When keys were used last. */
import type { DataSource } from 'typeorm';
import { rowsOfIds } from '../sql/query';
import { countOrNull, text } from '../sql/stored-values';

/** Milliseconds since 1970 of the newest receipt of each key; keys without one are left out. One statement for up to 150 keys. */
export async function readLastUsedAt(dataSource: DataSource, keyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const newest = 'SELECT r.created_at FROM receipt r WHERE r.api_key_id = k.id ORDER BY r.created_at DESC LIMIT 1';
  const rows = await rowsOfIds(dataSource, keyIds, (list) => `SELECT k.id, (${newest}) AS used_at FROM api_key k WHERE k.id IN (${list})`);
  const found = new Map<string, number>();
  for (const row of rows) {
    const usedAt = countOrNull(row, 'used_at');
    if (usedAt !== null) found.set(text(row, 'id'), usedAt);
  }
  return found;
}
