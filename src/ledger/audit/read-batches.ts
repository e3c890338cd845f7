/** Some batches with everything that was written in them. */
import { groupBy } from '../../kernel/lists';
import type { BatchRows } from './seal';
import type { LedgerSnapshot } from './snapshot';
import type { Row } from './tables';

/** The rows of all of them together; `refunds` are also those of their receipts that other batches wrote. */
export interface SomeBatches extends Omit<BatchRows, 'batch'> {
  readonly sealed: readonly Row<'sealedBatch'>[];
  readonly byBatch: readonly BatchRows[];
}

/** Eight reads for any number of batches. */
export async function readBatches(snapshot: LedgerSnapshot, batches: readonly Row<'batch'>[]): Promise<SomeBatches> {
  const ids = batches.map(({ id }) => id);
  const transfers = await snapshot.among('transfer', 'batchId', ids);
  const changes = await snapshot.among('change', 'batchId', ids);
  const receipts = await snapshot.among('receipt', 'batchId', ids);
  const receiptIds = receipts.map(({ id }) => id);
  const attempts = await snapshot.among('attempt', 'receiptId', receiptIds);
  const refunded = transfers.flatMap(({ kind, receiptId }) => (kind === 'REFUND' && receiptId !== null ? [receiptId] : []));
  const refunds = await snapshot.among('refund', 'receiptId', [...receiptIds, ...refunded]);
  const holds = await snapshot.among(
    'endedHold',
    'id',
    receipts.map(({ holdId }) => holdId),
  );
  // Where a hold was given back, its key may be taken by another request.
  const settled = holds.filter(({ state }) => state === 'SETTLED').map(({ id }) => id);
  const keys = await snapshot.among('idempotencyKey', 'holdId', settled);
  const sealed = await snapshot.among('sealedBatch', 'batchId', ids);
  const rows = { transfers, changes, receipts, attempts, refunds, holds, keys, sealed };
  return { ...rows, byBatch: inBatches(batches, rows) };
}

function inBatches(batches: readonly Row<'batch'>[], rows: Omit<SomeBatches, 'byBatch' | 'sealed'>): BatchRows[] {
  const transfers = groupBy(rows.transfers, ({ batchId }) => batchId);
  const changes = groupBy(rows.changes, ({ batchId }) => batchId);
  const receipts = groupBy(rows.receipts, ({ batchId }) => batchId);
  const attempts = groupBy(rows.attempts, ({ receiptId }) => receiptId);
  const refunds = groupBy(rows.refunds, ({ transferId }) => transferId);
  const holds = groupBy(rows.holds, ({ id }) => id);
  const keys = groupBy(rows.keys, ({ holdId }) => holdId);
  return batches.map((batch) => {
    const ownTransfers = transfers.get(batch.id) ?? [];
    const ownReceipts = receipts.get(batch.id) ?? [];
    return {
      batch,
      transfers: ownTransfers,
      changes: changes.get(batch.id) ?? [],
      receipts: ownReceipts,
      attempts: ownReceipts.flatMap(({ id }) => attempts.get(id) ?? []),
      refunds: ownTransfers.flatMap(({ id }) => refunds.get(id) ?? []),
      holds: ownReceipts.flatMap(({ holdId }) => holds.get(holdId ?? '') ?? []),
      keys: ownReceipts.flatMap(({ holdId }) => keys.get(holdId ?? '') ?? []),
    };
  });
}
