/** The attempts of a channel from the ledger's rows. */
import type { DataSource } from 'typeorm';
import { leastIdAt } from '../../kernel/ids';
import { DAY_MS } from '../../kernel/times';
import type { AttemptOfReceipt } from '../../ledger/receipt';
import type { ChannelAttempts } from '../../ledger/statement/channel-attempts';
import type { Period } from '../../ledger/statement/statement';
import { ATTEMPT_COLUMNS } from '../ledger/rows';
import { attemptOf } from '../ledger-reader/read-attempts';
import { alongKey, rowsOf } from '../sql/query';
import { canBeStoredId } from '../sql/stored-words';

/** Rows that are read at once. */
const PORTION = 1_000;
/** An attempt begins within hours of the making of its request's id, by which the rows stand; the rest is for clocks. */
const MARGIN_MS = DAY_MS;

export class SqlChannelAttempts implements ChannelAttempts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly portion = PORTION,
  ) {}

  async isChannel(id: string): Promise<boolean> {
    return canBeStoredId(id) && (await rowsOf(this.dataSource, 'SELECT id FROM channel WHERE id = ?', [id])).length > 0;
  }

  async *sent(channelId: string, { from, to }: Period): AsyncIterable<AttemptOfReceipt> {
    const sql = `SELECT ${ATTEMPT_COLUMNS.join(', ')} FROM attempt ${alongKey(this.dataSource, 'attempt')}
      WHERE receipt_id >= ? AND receipt_id < ? AND NOT (receipt_id = ? AND idx <= ?)
        AND channel_id = ? AND started_at >= ? AND started_at < ? AND status <> 'SKIPPED'
      ORDER BY receipt_id, idx LIMIT ${this.portion}`;
    const [end, began, ended] = [leastIdAt(to + MARGIN_MS), BigInt(from), BigInt(to)];
    for (let last = { receiptId: leastIdAt(from - MARGIN_MS), index: -1 }; ; ) {
      const { receiptId, index } = last;
      const rows = await rowsOf(this.dataSource, sql, [receiptId, end, receiptId, BigInt(index), channelId, began, ended]);
      const attempts = rows.map(attemptOf);
      yield* attempts;
      if (attempts.length < this.portion) return;
      last = attempts.at(-1) ?? last;
    }
  }
}
