/** The last use of an Idempotency-Key, as the ledger itself looks at it when it places a hold. */
import type { DataSource } from 'typeorm';
import { KEY_USE_STATES, type KeyUse } from '../../ledger/key-use';
import { rowsOf } from '../sql/query';
import { text, wordIn } from '../sql/stored-values';

export async function readKeyUse(dataSource: DataSource, id: string): Promise<KeyUse | undefined> {
  const sql = `SELECT k.body_hash, k.request_id, COALESCE(h.state, 'RELEASED') AS state
    FROM idempotency_key k LEFT JOIN hold h ON h.id = k.hold_id WHERE k.id = ?`;
  const [row] = await rowsOf(dataSource, sql, [id]);
  if (row === undefined) return undefined;
  return { bodyHash: text(row, 'body_hash'), requestId: text(row, 'request_id'), state: wordIn(KEY_USE_STATES, row, 'state') };
}
