/**
 * Recomputes every promise of the ledger from its rows, in one snapshot. Rows are read a page at a time and forgotten, so
 * that what an audit needs of memory does not grow with the ledger.
 */
import { accountOfWallet } from '../wallet';
import { type AuditCounts, type AuditPorts, AuditRun } from './audit-run';
import { broken, type Finding, indexBy } from './finding';
import { pagesOf, pagesOfReceipts } from './snapshot';
import type { Row } from './tables';
import { auditReceipts, walkBatches, walkSeals } from './walk-batches';
import { walkBlocks, walkFacts, walkWallets } from './walk-chains';
import { walkHolds, walkIdempotencyKeys } from './walk-holds';

const BATCHES_AT_ONCE = 256;
const RECEIPTS_AT_ONCE = 250;

export interface AuditReport {
  /** The first ones, in the order in which they were found. */
  readonly findings: readonly Finding[];
  /** How many there are in all. */
  readonly problems: number;
  readonly counts: Readonly<AuditCounts>;
  /** The batch up to which the wallet is sealed without a gap; null: not even its first one, or all wallets were audited. */
  readonly sealedThrough: string | null;
  /** The hash of the newest block; null: nothing is sealed yet. */
  readonly headHash: string | null;
}

/** Audits everything, or all that one wallet consists of. Nothing is written. */
export async function auditLedger(ports: AuditPorts): Promise<AuditReport> {
  const run = new AuditRun(ports);
  const { walletId, snapshot } = ports;
  const sealedThrough = walletId === null ? await walkAllBatches(run) : await walkBatchesOf(run, walletId);
  await walkOtherReceipts(run);
  const open = await walkHolds(run);
  await walkWallets(run, open);
  if (walletId === null) {
    await walkIdempotencyKeys(run);
    await walkFacts(run);
  }
  for (const { rule, row, problem, entryId } of await snapshot.strays(walletId)) {
    run.add(broken({ row, walletId, entryId }, [[rule, false, problem]]));
  }
  const head = await walkBlocks(run);
  const { findings, problems, counts } = run;
  return { findings, problems, counts, sealedThrough, headHash: head?.hash ?? null };
}

async function walkAllBatches(run: AuditRun): Promise<null> {
  for await (const batches of pagesOf(run.snapshot, 'batch', BATCHES_AT_ONCE, ({ id }) => id)) await walkBatches(run, batches);
  return null;
}

/** Along the wallet's chain, so that the first finding is the oldest. */
async function walkBatchesOf(run: AuditRun, walletId: string): Promise<string | null> {
  let sealedThrough: string | null = null;
  let gapless = true;
  const within = { column: 'walletId', value: walletId } as const;
  for await (const links of pagesOf(run.snapshot, 'change', BATCHES_AT_ONCE, ({ seq }) => seq, within)) {
    const batchIds = links.map(({ batchId }) => batchId);
    const sealed = new Set((await run.snapshot.among('sealedDigest', 'batchId', batchIds)).map(({ batchId }) => batchId));
    const unsealed = batchIds.findIndex((id) => !sealed.has(id));
    if (gapless) sealedThrough = (unsealed === -1 ? batchIds : batchIds.slice(0, unsealed)).at(-1) ?? sealedThrough;
    gapless &&= unsealed === -1;
    const batches = indexBy(await run.snapshot.among('batch', 'id', batchIds), ({ id }) => id);
    await walkBatches(
      run,
      batchIds.flatMap((id) => batches.get(id) ?? []),
    );
  }
  return sealedThrough;
}

/** Receipts that the batches did not lead to: those from before batches were noted on them; of a wallet, those without a charge. */
async function walkOtherReceipts(run: AuditRun): Promise<void> {
  const { walletId } = run.ports;
  const ofNoBatch = { column: 'batchId', value: null } as const;
  const pages =
    walletId === null
      ? pagesOf(run.snapshot, 'receipt', RECEIPTS_AT_ONCE, ({ id }) => id, ofNoBatch)
      : pagesOfReceipts(run.snapshot, accountOfWallet(walletId) ?? '', RECEIPTS_AT_ONCE);
  for await (const page of pages) {
    const receipts = page.filter((each) => walletId === null || `${each.accountId}:${each.bucket}` === walletId);
    const ids = receipts.map(({ id }) => id);
    const attempts = await run.snapshot.among('attempt', 'receiptId', ids);
    await auditReceipts(run, receipts, {
      transfers: null,
      holds: null,
      attempts,
      refunds: await run.snapshot.among('refund', 'receiptId', ids),
    });
    if (walletId !== null) await walkSealsOf(run, walletId, receipts);
  }
}

/** The seals of receipts that no link of the wallet's chain leads to: what cost nothing is in no entry. */
async function walkSealsOf(run: AuditRun, walletId: string, receipts: readonly Row<'receipt'>[]): Promise<void> {
  const ids = receipts.flatMap(({ transferId, batchId }) => (transferId === null && batchId !== null ? [batchId] : []));
  const links = await run.snapshot.among('change', 'batchId', ids);
  const walked = new Set(links.filter((link) => link.walletId === walletId).map(({ batchId }) => batchId));
  const others = ids.filter((id) => !walked.has(id));
  await walkSeals(run, await run.snapshot.among('batch', 'id', others));
}
