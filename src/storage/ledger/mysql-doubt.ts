/**
 * Batches that were given up while nobody knew whether they had committed. Their callers were told that nothing was held;
 * so when the database is back, each is made impossible, or its holds are given back.
 */
import { newId } from '../../kernel/ids';
import type { LedgerVerdict } from '../../ledger/ledger-store';
import type { SweepLog } from './abandoned';
import { giveUpBatch, writeBatch } from './mysql-batch';
import type { MysqlConnections } from './mysql-connections';
import type { PreparedBatch, PreparedUndo } from './prepare';

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
      const undos = verdicts === null ? [] : undosOf(batch, verdicts);
      if (undos.length > 0) {
        await connections.use((exchange) => writeBatch(exchange, { ...batch, id: newId(), items: undos }));
        this.log.warn({ released: undos.length }, 'gave back holds whose batch committed without an answer');
      }
      this.waiting.delete(batch.id);
    }
  }
}

function undosOf(batch: PreparedBatch, verdicts: readonly LedgerVerdict[]): PreparedUndo[] {
  return batch.items.flatMap((item, at) => {
    const verdict = verdicts[at];
    if (item.kind !== 'place' || verdict?.verdict !== 'granted') return [];
    return [{ kind: 'undo', hold: { holdId: item.holdId, walletId: item.walletId, amount: verdict.amount } }];
  });
}
