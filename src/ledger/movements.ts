/**
 * Money that the operator moves: top-ups, refunds and adjustments. Each has a key of the operator's own: the same key with
 * the same content gives the entry that it made the first time, and never moves money twice, by whichever of the three.
 */
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { checkIdempotencyKey } from '../kernel/made-once';
import { formatDecimal, NANO_MAX } from '../kernel/money';
import { checkMemo } from '../kernel/names';
import { shown } from '../kernel/shown';
import { type Bucket, currencyOf } from '../kernel/words';
import type { GroupCommit } from './group-commit';
import type { LedgerReader } from './ledger-reader';
import type { LedgerVerdict, MoveMoney } from './ledger-store';
import { type LedgerEntry, walletId } from './wallet';

export interface MovementMeans {
  readonly ledger: Pick<GroupCommit, 'end'>;
  readonly reader: Pick<LedgerReader, 'entriesById' | 'entriesOfExternalKeys' | 'receipt' | 'refundedOf' | 'walletsById'>;
  readonly clock: { now(): number };
}

export interface TopUpWish {
  readonly accountId: string;
  readonly bucket: Bucket;
  /** Nano units, above zero. */
  readonly amount: bigint;
  readonly idempotencyKey: string;
  readonly memo: string | null;
}

export interface RefundWish {
  readonly receiptId: string;
  /** Nano units, above zero; null: all that is left of the charge. */
  readonly amount: bigint | null;
  readonly idempotencyKey: string;
  readonly memo: string;
}

/** As a top-up, but the amount may be negative: then it takes, and at most what no hold reserves. */
export type AdjustmentWish = Omit<TopUpWish, 'memo'> & { readonly memo: string };

/** @throws Fault `not_found` for the account, `invalid_request` naming the argument, `idempotency_mismatch` for a key that moved something else */
export async function topUp(means: MovementMeans, wish: TopUpWish): Promise<LedgerEntry> {
  checkAboveZero(wish.amount);
  return move(means, await movementOn(means, wish, 'TOP_UP', await externalKeyOf(means, 'topup', wish)));
}

/** @throws as `topUp`, and `invalid_request` when it would take what holds reserve */
export async function adjust(means: MovementMeans, wish: AdjustmentWish): Promise<LedgerEntry> {
  checkAmount(wish.amount !== 0n, 'other than zero', wish.amount);
  checkReason(wish.memo);
  return move(means, await movementOn(means, wish, 'ADJUSTMENT', await externalKeyOf(means, 'adjustment', wish)));
}

/** @throws as `topUp`, and `not_found` for the receipt, `invalid_request` for one without a charge or for more than is left of it */
export async function refund(means: MovementMeans, wish: RefundWish): Promise<LedgerEntry> {
  const { receiptId, memo } = wish;
  checkReason(memo);
  const externalKey = await externalKeyOf(means, 'refund', wish);
  const found = await means.reader.receipt(receiptId, null);
  if (found === undefined || found.inFlight)
    throw new Fault('not_found', `There is no settled receipt "${shown(receiptId)}".`, { param: 'receiptId' });
  const { record } = found;
  if (record.bucket === null || record.charge === 0n) {
    throw new Fault('invalid_request', `The receipt ${receiptId} has no charge to give back.`, { param: 'receiptId' });
  }
  // In this order: a twin that was written in between is then found, and not taken for somebody else's refund.
  const left = record.charge - (await means.reader.refundedOf(receiptId));
  const before = (await means.reader.entriesOfExternalKeys([externalKey])).get(externalKey);
  const amount = wish.amount ?? before?.amount ?? left;
  if (wish.amount === null && amount === 0n) {
    throw new Fault('invalid_request', `The charge of ${receiptId} was given back in full.`, { param: 'receiptId' });
  }
  checkAboveZero(amount);
  const asked = { accountId: record.accountId, bucket: record.bucket, amount, memo };
  return move(means, { ...(await movementOn(means, asked, 'REFUND', externalKey)), receiptId });
}

const NAMES = ['topup', 'refund', 'adjustment'] as const;

/**
 * A key as the ledger has it, under the name of its movement, by which processes of earlier releases find it as well.
 * That keeps two movements of one kind apart in the ledger itself; of two kinds that ask within milliseconds of each other both may pass.
 * @throws Fault `idempotency_mismatch` where another movement had the key
 */
async function externalKeyOf(
  { reader }: MovementMeans,
  name: (typeof NAMES)[number],
  { idempotencyKey }: Pick<TopUpWish, 'idempotencyKey'>,
): Promise<string> {
  const key = checkIdempotencyKey(idempotencyKey);
  const others = NAMES.filter((each) => each !== name).map((each) => `${each}:${key}`);
  const [before] = (await reader.entriesOfExternalKeys(others)).values();
  if (before !== undefined) throw movedBefore(before.id);
  return `${name}:${key}`;
}

function movedBefore(entryId: string): Fault {
  return new Fault('idempotency_mismatch', `This key moved something else before: the entry ${entryId}.`, { param: 'idempotencyKey' });
}

async function movementOn(
  { reader, clock }: MovementMeans,
  { accountId, bucket, amount, memo }: Pick<TopUpWish, 'accountId' | 'bucket' | 'amount' | 'memo'>,
  entryKind: MoveMoney['entryKind'],
  externalKey: string,
): Promise<MoveMoney> {
  const wallet = walletId(accountId, bucket);
  const standing = (await reader.walletsById([wallet])).get(wallet);
  if (standing === undefined) throw new Fault('not_found', `There is no account "${shown(accountId)}".`, { param: 'accountId' });
  // A twin of a movement that was made is given its entry, whatever the wallet has by now.
  if (standing.posted + amount > NANO_MAX && !(await reader.entriesOfExternalKeys([externalKey])).has(externalKey)) {
    throw tooMuchFor(wallet);
  }
  checkMemo(memo);
  const [transferId, createdAt, currency] = [newId(), clock.now(), currencyOf(bucket)];
  const entry = { transferId, entryKind, walletId: wallet, currency, amount, externalKey, memo, createdAt };
  return { kind: 'move', ...entry, receiptId: null, redemptionCodeId: null };
}

async function move({ ledger, reader }: MovementMeans, item: MoveMoney): Promise<LedgerEntry> {
  const id = transferOf(item, await ledger.end(item));
  const entry = (await reader.entriesById([id])).get(id);
  invariant(entry !== undefined, `the movement ${id} was just written`);
  return entry;
}

function transferOf(item: MoveMoney, verdict: LedgerVerdict): string {
  const money = (amount: bigint) => `${formatDecimal(amount)} ${item.currency}`;
  switch (verdict.verdict) {
    case 'done':
      return item.transferId;
    case 'duplicate':
      if (verdict.same) return verdict.transferId;
      throw movedBefore(verdict.transferId);
    case 'over_charge': {
      const left = money(verdict.charged - verdict.refunded);
      throw new Fault('invalid_request', `The charge was ${money(verdict.charged)}, and ${left} of it is left to give back.`, {
        param: 'amount',
      });
    }
    case 'over_balance':
      throw tooMuchFor(item.walletId);
    case 'insufficient':
      throw new Fault('invalid_request', `Only ${money(verdict.available)} can be taken: the rest is reserved by holds, or not there.`, {
        param: 'amount',
      });
    case 'refused':
      throw new Fault('temporarily_unavailable', 'Nothing was moved, and the ledger cannot say why any more: try again.');
    default:
      throw new Fault('internal_error', `A movement ended as ${verdict.verdict}.`);
  }
}

function tooMuchFor(wallet: string): Fault {
  return wrong('amount', `would give ${wallet} more than a wallet can hold`);
}

/** A correction and a refund are asked about years later. */
function checkReason(memo: string): void {
  if (memo.trim() === '') throw wrong('memo', 'must say why');
}

function checkAboveZero(amount: bigint): void {
  checkAmount(amount > 0n, 'above zero', amount);
}

function checkAmount(fits: boolean, wanted: string, amount: bigint): void {
  if (!fits || amount > NANO_MAX || amount < -NANO_MAX) {
    throw wrong('amount', `must be ${wanted}, and no more than a wallet can hold`);
  }
}
