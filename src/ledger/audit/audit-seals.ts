/** Seals recomputed from the rows. */
import { walletAt } from './audit-transfer';
import { broken, type Finding, type Subject } from './finding';
import { type BatchRows, differences, hashOfBlock, sealAgain } from './seal';
import type { SealedFact } from './snapshot';
import type { Row } from './tables';

const RULE = 'I19';

/** A batch that was sealed, against the rows that it has now. Names each row that was edited, added or deleted since. */
export function auditSealedBatch(rows: BatchRows, sealed: Row<'sealedBatch'>): Finding[] {
  const now = sealAgain(rows, sealed);
  if (now.digest === sealed.digest && now.manifest === sealed.manifest) return [];
  const touched = differences(sealed.manifest, now.manifest);
  const where = `in batch ${sealed.batchId}, block ${sealed.sealSeq}`;
  const named = touched.map(({ name, what }) => ({
    ...subjectOf(rows, name),
    rule: RULE,
    problem: `it was ${what} after it had been sealed ${where}`,
  }));
  if (now.digest !== sealed.digest && named.length > 0) return named;
  const problem = `its ${now.digest === sealed.digest ? 'manifest' : 'digest'} is not the one of the rows ${where}`;
  return [...named, { rule: RULE, row: `seal_batch ${sealed.batchId}`, problem, walletId: null, entryId: null }];
}

/** What was written once and sealed, against what is there now. */
export function auditFact({ table, key, sealSeq, digest, now }: SealedFact): Finding[] {
  const what = now === null ? 'deleted' : 'changed';
  return broken({ row: `${table} ${key}`, walletId: null, entryId: null }, [
    [RULE, now === digest, `it was ${what} after it had been sealed in block ${sealSeq}`],
  ]);
}

/** One block against the one before it and the digests of its batches and facts. */
export function auditBlock(
  block: Row<'seal'>,
  { batches, facts }: { readonly batches: readonly Row<'sealedDigest'>[]; readonly facts: readonly Row<'sealedFact'>[] },
  before: Pick<Row<'seal'>, 'seq' | 'hash'>,
): Finding[] {
  const { seq, hash, previousHash } = block;
  return broken({ row: `seal ${seq}`, walletId: null, entryId: null }, [
    [RULE, seq === before.seq + 1n, `a gap: block ${before.seq} comes before it`],
    [
      RULE,
      previousHash === before.hash,
      `it does not continue the block before it: it follows on ${previousHash}, that one is ${before.hash}`,
    ],
    [RULE, block.batches === BigInt(batches.length), `it covers ${block.batches} batches, ${batches.length} are listed`],
    [RULE, hash === hashOfBlock(block, inOrder(batches), inOrder(facts)), 'its hash is not the one of its batches and facts'],
  ]);
}

function inOrder<T extends { readonly position: bigint }>(listed: readonly T[]): T[] {
  return [...listed].sort((a, b) => (a.position < b.position ? -1 : 1));
}

/** Whose a row is, also where it is gone or says somebody else's: rows that name it tell. */
function subjectOf({ transfers, receipts, keys }: BatchRows, name: string): Subject {
  const [table = '', id = ''] = name.split(' ');
  if (table === 'hold') return subjectOfHold(receipts, name, id);
  if (table === 'idempotency_key') return subjectOfHold(receipts, name, keys.find((key) => key.id === id)?.holdId);
  if (table === 'wallet_change') return { row: name, walletId: id, entryId: null };
  if (table === 'transfer') {
    const transfer = transfers.find((each) => each.id === id);
    const walletId = transfer === undefined ? walletOf(receipts.find((each) => each.transferId === id)) : walletAt(transfer);
    return { row: name, walletId, namedWalletId: transfer?.walletId ?? null, entryId: walletId === null ? null : id };
  }
  const receipt = receipts.find((each) => each.id === id);
  const charge = transfers.find(({ kind, receiptId }) => kind === 'CHARGE' && receiptId === id);
  const namedWalletId = walletOf(receipt);
  return { row: name, walletId: charge?.walletId ?? namedWalletId, namedWalletId, entryId: charge?.id ?? receipt?.transferId ?? null };
}

function subjectOfHold(receipts: BatchRows['receipts'], row: string, holdId: string | undefined): Subject {
  const receipt = receipts.find((each) => each.holdId === holdId);
  return { row, walletId: walletOf(receipt), entryId: receipt?.transferId ?? null };
}

function walletOf(receipt: Row<'receipt'> | undefined): string | null {
  return receipt === undefined || receipt.bucket === null ? null : `${receipt.accountId}:${receipt.bucket}`;
}
