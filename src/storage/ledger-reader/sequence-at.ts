/** From a time to a place in the sequence of a wallet. */
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { joinInOrder, rowsOf } from '../sql/query';
import { big } from '../sql/row-values';

/**
 * Halves the range of the sequence until one number is left, some twenty steps for a million links. An index by wallet
 * and time would cost a write in every batch; where times and a gapless sequence ascend together, none is needed.
 */
const lastSequenceUntil = (join: string) => `WITH RECURSIVE search (low, high) AS (
    SELECT seq - seq, seq FROM wallet WHERE id = ?
    UNION ALL
    SELECT CASE WHEN c.at_us <= ? THEN c.seq ELSE s.low END, CASE WHEN c.at_us <= ? THEN s.high ELSE c.seq - 1 END
    FROM search s ${join} wallet_change c ON c.wallet_id = ? AND c.seq = s.low + ((s.high - s.low + 1) >> 1)
    WHERE s.low < s.high
  ) SELECT low FROM search WHERE low = high`;

/**
 * How many links a wallet has up to an instant in microseconds, that one included: the sequence of the last of them.
 * @throws InvariantBroken when the sequence has a gap
 */
export async function sequenceAt(dataSource: DataSource, walletId: string, atUs: bigint): Promise<bigint> {
  const [row] = await rowsOf(dataSource, lastSequenceUntil(joinInOrder(dataSource)), [walletId, atUs, atUs, walletId]);
  invariant(row !== undefined, `the chain of the wallet ${walletId} has a gap`);
  return big(row['low']);
}
