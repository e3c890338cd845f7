/**
 * Batches that were given up while nobody knew whether they had committed. Their callers were told that nothing was held;
 * so when the database is back, each is made impossible, or its holds are given back, with receipts that say so.
 */
import { newId } from '../../../kernel/ids';
import { troubleOf } from '../../sql/mysql-errors';
import type { SweepLog } from '../abandoned';
import { type PreparedBatch, prepareBatch } from '../prepare';
import { refusedEnds } from '../refused-ends';
import { giveUpBatch, writeBatch } from './mysql-batch';
import type { MysqlConnections } from './mysql-connections';

export class DoubtfulBatches {
  private readonly waiting = new Map<string, PreparedBatch>();

  constructor(private readonly log: SweepLog) {}

  /** Ends and movements are their callers' to try again, and are safe to; only holds would stay behind. */
  add(batch: PreparedBatch): void {
    if (batch.items.some((item) => item.kind === 'place')) this.waiting.set(batch.id, batch);
  }

  /** @throws whatever the database says while it is still away; what is left waits for the next call */
  async settle(connections: MysqlConnections): Promise<void> {
    for (const batch of [...this.waiting.values()]) {
      const verdicts = await connections.use((exchange) => giveUpBatch(exchange, batch));
      if (verdicts !== null) await this.giveBack(connections, batch, refusedEnds(batch, verdicts));
      this.waiting.delete(batch.id);
    }
  }

  private async giveBack(connections: MysqlConnections, batch: PreparedBatch, items: ReturnType<typeof refusedEnds>): Promise<void> {
    if (items.length === 0) return;
    try {
      const ending = prepareBatch({ id: newId(), items }, batch.owner, batch.at);
      await connections.use((exchange) => writeBatch(exchange, ending));
      this.log.warn({ released: items.length }, 'gave back holds whose batch committed without an answer');
    } catch (err) {
      if (troubleOf(err) !== 'data') throw err;
      // Not again and again: the holds of this batch must not keep those of others. They end when this process does.
      this.log.error({ err, batch: batch.id }, 'holds whose batch committed without an answer could not be given back');
    }
  }
}
