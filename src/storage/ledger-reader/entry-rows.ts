/** From rows of `transfer` and `wallet_change` to ledger entries. */
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { nano } from '../../kernel/money';
import { type Bucket, ENTRY_KINDS } from '../../kernel/words';
import { bucketOfWallet, type LedgerEntry } from '../../ledger/wallet';
import { entryCursor } from '../sql/cursors';
import { alongIndex } from '../sql/query';
import { big, type Row } from '../sql/row-values';
import { amount, text, textOrNull, wordIn } from '../sql/stored-values';

/** One link of a wallet's chain: what one batch did to one wallet. */
export interface Link {
  readonly walletId: string;
  readonly batchId: string;
  /** Microseconds since 1970, strictly ascending along a wallet. */
  readonly atUs: bigint;
  /** The balance before the batch and after it. */
  readonly postedBefore: bigint;
  readonly postedAfter: bigint;
}

export const LINK_COLUMNS = 'c.wallet_id, c.batch_id, c.at_us, c.posted_delta, c.posted_after';

const ENTRY_COLUMN_NAMES = ['id', 'kind', 'debit', 'credit', 'amount', 'wallet_id', 'batch_id', 'batch_rest'];
const REFERENCE_COLUMN_NAMES = ['receipt_id', 'api_key_id', 'run_id', 'memo'];
export const ENTRY_COLUMNS = [...ENTRY_COLUMN_NAMES, ...REFERENCE_COLUMN_NAMES].map((column) => `t.${column}`).join(', ');

/** The link `c` of a transfer `t`, to be joined to it. */
export function linkOfEntry(dataSource: DataSource): string {
  return `wallet_change c ${alongIndex(dataSource, 'wallet_change_batch')} ON c.batch_id = t.batch_id AND c.wallet_id = t.wallet_id`;
}

const US_PER_MS = 1_000n;

export function linkOf(row: Row): Link {
  const postedAfter = amount(row, 'posted_after');
  return {
    walletId: text(row, 'wallet_id'),
    batchId: text(row, 'batch_id'),
    atUs: amount(row, 'at_us'),
    postedBefore: postedAfter - big(row['posted_delta']),
    postedAfter,
  };
}

/** The wallet's side of a transfer. Its balances follow from what the wallet had after the batch, and what came after it there. */
export function entryOf(row: Row, link: Link): LedgerEntry {
  const id = text(row, 'id');
  const change = signedAmount(row, id, link.walletId);
  const balanceAfter = link.postedAfter - big(row['batch_rest']);
  return {
    id,
    walletId: link.walletId,
    bucket: bucketOf(link.walletId),
    batchId: link.batchId,
    kind: wordIn(ENTRY_KINDS, row, 'kind'),
    amount: nano(change),
    balanceBefore: nano(balanceAfter - change),
    balanceAfter: nano(balanceAfter),
    apiKeyId: textOrNull(row, 'api_key_id'),
    receiptId: textOrNull(row, 'receipt_id'),
    runId: textOrNull(row, 'run_id'),
    memo: textOrNull(row, 'memo'),
    createdAt: Number(link.atUs / US_PER_MS),
    cursor: entryCursor({ atUs: link.atUs, walletId: link.walletId, id }),
  };
}

function signedAmount(row: Row, id: string, walletId: string): bigint {
  const size = amount(row, 'amount');
  invariant(size > 0n, `the transfer ${id} moves nothing`);
  const isDebit = row['debit'] === walletId;
  invariant(isDebit !== (row['credit'] === walletId), `the transfer ${id} has no side, or two, on its wallet ${walletId}`);
  return isDebit ? -size : size;
}

function bucketOf(walletId: string): Bucket {
  const bucket = bucketOfWallet(walletId);
  invariant(bucket !== null, `the wallet ${walletId} is of no bucket`);
  return bucket;
}
