/** The row of a transfer, in the order of `TRANSFER_COLUMNS`. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { TRANSFER_COLUMNS } from './rows';
import { type RowOf, type SqlRow, text, time, word } from './sql-values';

/** One movement of money, as `transfer` keeps it. */
export interface TransferFacts {
  readonly id: string;
  readonly batchId: string;
  readonly kind: string;
  readonly currency: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  readonly walletId: string | null;
  readonly holdId: string | null;
  readonly receiptId: string | null;
  readonly apiKeyId: string | null;
  readonly runId: string | null;
  readonly externalKey: string | null;
  readonly memo: string | null;
  readonly createdAt: number;
}

/** `batch_rest` is zero until the batch is decided. */
export function transferRow(facts: TransferFacts): RowOf<typeof TRANSFER_COLUMNS> {
  return [
    facts.id,
    facts.batchId,
    facts.kind,
    facts.currency,
    facts.debit,
    facts.credit,
    facts.amount,
    facts.walletId,
    0n,
    facts.holdId,
    facts.receiptId,
    word(facts.apiKeyId),
    word(facts.runId),
    facts.externalKey,
    text(facts.memo, 500),
    time(facts.createdAt),
  ];
}

const AT = Object.fromEntries(TRANSFER_COLUMNS.map((column, at) => [column, at])) as Record<(typeof TRANSFER_COLUMNS)[number], number>;

/** What tells a movement from another one with the same external key. */
export interface MovedBefore {
  readonly transferId: string;
  readonly kind: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: bigint;
  readonly receiptId: string | null;
}

/** What a movement did, as far as it tells it from another one with the same external key. */
export function movedByRow(row: SqlRow): MovedBefore {
  const word = (column: keyof typeof AT) => String(row[AT[column]] ?? '');
  return {
    transferId: word('id'),
    kind: word('kind'),
    debit: word('debit'),
    credit: word('credit'),
    amount: BigInt(row[AT.amount] ?? 0),
    receiptId: row[AT.receipt_id] === null ? null : word('receipt_id'),
  };
}

/** What is told of a movement whose external key made another one before. */
export function duplicateOf(before: MovedBefore, now: MovedBefore): LedgerVerdict {
  const { transferId, kind, debit, credit, amount, receiptId } = before;
  const sameWay = kind === now.kind && debit === now.debit && credit === now.credit;
  return { verdict: 'duplicate', transferId, same: sameWay && amount === now.amount && receiptId === now.receiptId };
}
