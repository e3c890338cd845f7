/** The walk along the batches: every transfer, link, receipt, attempt and refund in the batch that wrote it, and its seal. */
import { groupBy } from '../../kernel/lists';
import { auditEntriesOfLink } from './audit-chain';
import { auditReceipt } from './audit-receipt';
import type { AuditRun } from './audit-run';
import { auditSealedBatch } from './audit-seals';
import { auditTransfer } from './audit-transfer';
import { indexBy } from './finding';
import { readBatches, type SomeBatches } from './read-batches';
import type { LedgerSnapshot } from './snapshot';
import type { Row } from './tables';

const ITEMS_AT_ONCE = 512n;

/** Audits these batches, a bounded number of rows at a time. */
export async function walkBatches(run: AuditRun, batches: readonly Row<'batch'>[]): Promise<void> {
  for (const some of portionsOf(batches)) {
    const rows = await readBatches(run.snapshot, some);
    await auditTransfers(run, rows);
    auditLinks(run, rows);
    await auditReceipts(run, rows.receipts, rows);
    auditSeals(run, rows);
    run.counts.batches += some.length;
  }
}

/** Audits the seals alone of these batches, a bounded number of rows at a time. */
export async function walkSeals(run: AuditRun, batches: readonly Row<'batch'>[]): Promise<void> {
  for (const some of portionsOf(batches)) auditSeals(run, await readBatches(run.snapshot, some));
}

/** Audits receipts with the rows that bear their charge. `transfers`: all of the batches that wrote them; null: not read. `holds`: likewise. */
export async function auditReceipts(
  run: AuditRun,
  receipts: readonly Row<'receipt'>[],
  known: Pick<SomeBatches, 'attempts' | 'refunds'> & { readonly [K in 'transfers' | 'holds']: SomeBatches[K] | null },
): Promise<void> {
  const { snapshot, ports } = run;
  const transfers = await chargesOf(snapshot, receipts, known.transfers ?? []);
  const losses = groupBy(known.transfers ?? [], ({ walletId, receiptId }) => (walletId === null ? receiptId : null));
  const holds = indexBy<Row<'hold'>>(known.holds ?? (await holdsOf(snapshot, receipts)), ({ id }) => id);
  const prices = await run.pricesOf(receipts);
  const attempts = groupBy(known.attempts, ({ receiptId }) => receiptId);
  const refunds = groupBy(known.refunds, ({ receiptId }) => receiptId);
  for (const receipt of receipts) {
    const around = {
      hold: holds.get(receipt.holdId ?? ''),
      transfer: transfers.get(receipt.transferId ?? ''),
      attempts: attempts.get(receipt.id) ?? [],
      refunds: refunds.get(receipt.id) ?? [],
      price: prices.get(receipt.priceId ?? ''),
      losses: known.transfers === null ? null : (losses.get(receipt.id) ?? []),
    };
    run.add(auditReceipt(receipt, around, ports.chargeFor));
  }
  run.counts.receipts += receipts.length;
}

/** By id, with those that are not among the ones that were read. */
async function chargesOf(
  snapshot: LedgerSnapshot,
  receipts: readonly Row<'receipt'>[],
  read: SomeBatches['transfers'],
): Promise<ReadonlyMap<string, Row<'transfer'>>> {
  const transfers = indexBy(read, ({ id }) => id);
  const others = receipts.map(({ transferId }) => transferId).filter((id) => id !== null && !transfers.has(id));
  for (const transfer of await snapshot.among('transfer', 'id', others)) transfers.set(transfer.id, transfer);
  return transfers;
}

function holdsOf(snapshot: LedgerSnapshot, receipts: readonly Row<'receipt'>[]): Promise<readonly Row<'hold'>[]> {
  const ids = receipts.map(({ holdId }) => holdId);
  return snapshot.among('hold', 'id', ids);
}

async function auditTransfers(run: AuditRun, { transfers, changes, receipts, refunds }: SomeBatches): Promise<void> {
  const links = new Set(changes.map(({ batchId, walletId }) => `${batchId} ${walletId}`));
  const walletIds = transfers.map(({ walletId }) => walletId);
  const wallets = indexBy(await run.snapshot.among('wallet', 'id', walletIds), ({ id }) => id);
  const receiptById = indexBy(receipts, ({ id }) => id);
  const elsewhere = transfers.map(({ receiptId }) => receiptId).filter((id) => id !== null && !receiptById.has(id));
  for (const receipt of await run.snapshot.among('receipt', 'id', elsewhere)) receiptById.set(receipt.id, receipt);
  const refundOf = indexBy(refunds, ({ transferId }) => transferId);
  for (const transfer of transfers) {
    const { id, batchId, walletId, receiptId } = transfer;
    const around = {
      wallet: wallets.get(walletId ?? ''),
      linked: links.has(`${batchId} ${walletId}`),
      receipt: receiptById.get(receiptId ?? ''),
      refund: refundOf.get(id),
    };
    run.add(auditTransfer(transfer, around));
    if (run.ports.walletId === null || walletId === run.ports.walletId) run.counts.entries += walletId === null ? 0 : 1;
  }
}

function auditLinks(run: AuditRun, { transfers, changes }: SomeBatches): void {
  const entries = groupBy(transfers, ({ batchId, walletId }) => `${batchId} ${walletId}`);
  for (const link of changes) run.add(auditEntriesOfLink(link, entries.get(`${link.batchId} ${link.walletId}`) ?? []));
}

function auditSeals(run: AuditRun, rows: SomeBatches): void {
  const seals = indexBy(rows.sealed, ({ batchId }) => batchId);
  for (const batch of rows.byBatch) {
    const sealed = seals.get(batch.batch.id);
    if (sealed === undefined) run.counts.unsealedBatches += 1;
    else run.add(auditSealedBatch(batch, sealed));
  }
}

/** Batches in portions that may be held in memory together with all their rows. */
export function* portionsOf(batches: readonly Row<'batch'>[]): Generator<readonly Row<'batch'>[]> {
  let portion: Row<'batch'>[] = [];
  let items = 0n;
  for (const batch of batches) {
    if (portion.length > 0 && items + batch.items > ITEMS_AT_ONCE) {
      yield portion;
      portion = [];
      items = 0n;
    }
    portion.push(batch);
    items += batch.items + 1n;
  }
  if (portion.length > 0) yield portion;
}
