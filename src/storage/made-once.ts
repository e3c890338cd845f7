/** What was made with an idempotency key, in the database. */
import type { DataSource, EntityManager } from 'typeorm';
import type { MadeBefore, Once } from '../kernel/made-once';
import { rowsOf } from './sql/query';
import { text } from './sql/stored-values';

export async function madeBefore(dataSource: DataSource, key: string): Promise<MadeBefore | undefined> {
  const [row] = await rowsOf(dataSource, 'SELECT content_hash, made FROM made_once WHERE request_key = ?', [key]);
  return row === undefined ? undefined : { contentHash: text(row, 'content_hash'), made: text(row, 'made') };
}

/** In the transaction that makes it: of two at the same time one fails as a whole. Nothing without a key. */
export async function noteMade(manager: EntityManager, once: Once | null, made: string): Promise<void> {
  if (once === null) return;
  const insert = 'INSERT INTO made_once (request_key, content_hash, made) VALUES (?, ?, ?)';
  await manager.query(insert, [once.key, once.contentHash, made]);
}
