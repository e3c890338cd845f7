/**
 * Items made ready for the database on the calling side: checked, and turned into flat rows, so that what crosses to a
 * worker thread or into SQL text is cheap.
 */
import { NANO_MAX } from '../../kernel/money';
import { BUCKETS, type Currency, currencyOf } from '../../kernel/words';
import type { EndRequest, Idempotence, LedgerBatch, LedgerItem, MoveMoney, OpenHold, PlaceHold } from '../../ledger/ledger-store';
import type { SpendCeiling, Spender } from '../../ledger/spend-counter';
import { bucketOfWallet, type HOUSE_ACCOUNTS, houseAccount } from '../../ledger/wallet';
import { attemptRow, holdRow, receiptRow } from './rows';
import { type SqlRow, time, word } from './sql-values';
import { transferRow } from './transfer-row';

export interface PreparedPlace {
  readonly kind: 'place';
  readonly holdId: string;
  readonly walletId: string;
  /** Milliseconds since 1970. */
  readonly placedAt: number;
  readonly amount: bigint;
  readonly atLeast: bigint;
  readonly replaces: OpenHold | null;
  /** Counters that this hold must stay within, and what they may reach. */
  readonly ceilings: readonly SpendCeiling[];
  readonly idempotence: Idempotence | null;
  readonly row: SqlRow;
}

export interface PreparedEnd {
  readonly kind: 'end';
  readonly hold: (OpenHold & { readonly settles: boolean }) | null;
  /** In whose counters the hold stands. */
  readonly spender: Spender;
  readonly charge: bigint;
  readonly receipt: SqlRow;
  readonly attempts: readonly SqlRow[];
  /** The charge; null when it is zero. */
  readonly transfer: SqlRow | null;
  readonly overage: SqlRow | null;
  /** A row of `stored_answer`. */
  readonly answer: SqlRow | null;
}

export interface PreparedMove {
  readonly kind: 'move';
  readonly transferId: string;
  readonly walletId: string;
  /** Signed as the wallet sees it. */
  readonly amount: bigint;
  readonly externalKey: string;
  /** The charge that a refund gives back; null: it is none. */
  readonly receiptId: string | null;
  /** The code that is redeemed; null: none is. */
  readonly codeId: string | null;
  readonly transfer: SqlRow;
}

export type PreparedItem = PreparedPlace | PreparedEnd | PreparedMove;

export interface PreparedBatch {
  readonly id: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly items: readonly PreparedItem[];
}

/** An item that no ledger may write. Thrown, it rejects the batch; alone in its batch, it fails alone. */
export class UnwritableItem extends Error {
  override readonly name = 'UnwritableItem';
}

const EXTERNAL_KEY_MAX = 200;

/** @throws UnwritableItem for an item that breaks a rule which needs no database to check. */
export function prepareBatch(batch: LedgerBatch, owner: string, at: number): PreparedBatch {
  return { id: batch.id, owner, at, items: batch.items.map((item) => prepareItem(item, batch.id, owner)) };
}

function prepareItem(item: LedgerItem, batchId: string, owner: string): PreparedItem {
  if (item.kind === 'place') return preparePlace(item, owner);
  return item.kind === 'end' ? prepareEnd(item, batchId) : prepareMove(item, batchId);
}

function preparePlace(item: PlaceHold, owner: string): PreparedPlace {
  const { holdId, walletId, placedAt, amount, atLeast, replaces, ceilings, idempotence } = item;
  currencyOfWallet(walletId);
  must(amount >= 0n && amount <= NANO_MAX, `the hold ${holdId} has an amount out of range`);
  must(atLeast >= 0n && atLeast <= amount, `the hold ${holdId} asks for at least more than its amount`);
  return { kind: 'place', holdId, walletId, placedAt, amount, atLeast, replaces, ceilings, idempotence, row: holdRow(item, owner) };
}

function prepareEnd(item: EndRequest, batchId: string): PreparedEnd {
  const { receipt, hold } = item;
  const { charge, requestId } = receipt;
  must(charge >= 0n && charge <= (hold?.amount ?? 0n), `the receipt ${requestId} charges more than was held`);
  must(charge === 0n || hold?.settles === true, `the receipt ${requestId} charges a hold that it does not settle`);
  return {
    kind: 'end',
    hold,
    // As the row of the hold says it: its counters are found by the same words.
    spender: { apiKeyId: word(receipt.apiKeyId) ?? '', projectId: word(receipt.projectId), runId: word(receipt.runId) },
    charge,
    receipt: receiptRow(receipt, charge > 0n ? item.transferId : null, batchId),
    attempts: item.attempts.map((each) => attemptRow(requestId, each, each.index === item.chargedAttempt ? charge : 0n)),
    transfer: charge > 0n && hold !== null ? chargeTransfer(item, hold, batchId) : null,
    overage: item.overage > 0n ? overageTransfer(item, batchId) : null,
    answer: item.answer === null ? null : [item.answer.id, item.answer.sealed, time(item.answer.expiresAt)],
  };
}

function chargeTransfer(item: EndRequest, hold: OpenHold, batchId: string): SqlRow {
  const { receipt } = item;
  const currency = currencyOfWallet(hold.walletId);
  must(item.transferId !== null, `the receipt ${receipt.requestId} charges without a transfer`);
  return transferOfReceipt(item, batchId, {
    id: item.transferId,
    kind: 'CHARGE',
    currency,
    debit: hold.walletId,
    amount: receipt.charge,
    hold,
  });
}

function overageTransfer(item: EndRequest, batchId: string): SqlRow {
  const { receipt, hold } = item;
  must(hold !== null, `the receipt ${receipt.requestId} has an overage above no hold`);
  must(item.overageTransferId !== null, `the receipt ${receipt.requestId} has an overage without a transfer`);
  must(item.overage <= NANO_MAX, `the receipt ${receipt.requestId} has an overage out of range`);
  const currency = currencyOfWallet(hold.walletId);
  return transferOfReceipt(item, batchId, {
    id: item.overageTransferId,
    kind: 'OVERAGE',
    currency,
    debit: houseAccount('overageLoss', currency),
    amount: item.overage,
    hold: null,
  });
}

interface ToRevenue {
  readonly id: string;
  readonly kind: string;
  readonly currency: Currency;
  readonly debit: string;
  readonly amount: bigint;
  /** The hold that pays; null: the house pays. */
  readonly hold: OpenHold | null;
}

function transferOfReceipt({ receipt }: EndRequest, batchId: string, to: ToRevenue): SqlRow {
  return transferRow({
    id: to.id,
    batchId,
    kind: to.kind,
    currency: to.currency,
    debit: to.debit,
    credit: houseAccount('revenue', to.currency),
    amount: to.amount,
    walletId: to.hold?.walletId ?? null,
    holdId: to.hold?.holdId ?? null,
    receiptId: receipt.requestId,
    apiKeyId: receipt.apiKeyId,
    runId: receipt.runId,
    externalKey: null,
    memo: null,
    createdAt: receipt.settledAt,
  });
}

const HOUSE_SIDE: Record<MoveMoney['entryKind'], keyof typeof HOUSE_ACCOUNTS> = {
  TOP_UP: 'topUp',
  REDEMPTION: 'topUp',
  REFUND: 'revenue',
  ADJUSTMENT: 'adjustment',
};

function prepareMove(item: MoveMoney, batchId: string): PreparedMove {
  const { transferId, walletId, amount, externalKey, currency, receiptId } = item;
  must((receiptId !== null) === (item.entryKind === 'REFUND'), `the movement ${transferId} names a receipt, which a refund alone must`);
  const size = amount < 0n ? -amount : amount;
  must(size > 0n && size <= NANO_MAX, `the movement ${transferId} has an amount out of range`);
  must(amount > 0n || item.entryKind === 'ADJUSTMENT', `the movement ${transferId} takes money, which only an adjustment may`);
  must(currencyOfWallet(walletId) === currency, `the movement ${transferId} is in ${currency}, which ${walletId} does not hold`);
  // A cut key could be taken for another one and swallow money; so this text alone is refused instead.
  must(
    externalKey.length <= EXTERNAL_KEY_MAX,
    `the external key of the movement ${transferId} is longer than ${EXTERNAL_KEY_MAX} characters`,
  );
  const house = houseAccount(HOUSE_SIDE[item.entryKind], currency);
  const [debit, credit] = amount > 0n ? [house, walletId] : [walletId, house];
  const transfer = transferRow({
    id: transferId,
    batchId,
    kind: item.entryKind,
    currency,
    debit,
    credit,
    amount: size,
    walletId,
    holdId: null,
    receiptId,
    apiKeyId: null,
    runId: null,
    externalKey,
    memo: item.memo,
    createdAt: item.createdAt,
  });
  return { kind: 'move', transferId, walletId, amount, externalKey, receiptId, codeId: item.redemptionCodeId, transfer };
}

function currencyOfWallet(walletId: string): Currency {
  const bucket = bucketOfWallet(walletId);
  must(bucket !== null, `there is no wallet with the id "${walletId}": it must end in ${BUCKETS.map((each) => `:${each}`).join(' or ')}`);
  return currencyOf(bucket);
}

function must(condition: boolean, why: string): asserts condition {
  if (!condition) throw new UnwritableItem(`The ledger cannot write this: ${why}.`);
}
