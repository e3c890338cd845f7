/**
 * Redemption codes: made by the operator, redeemed by the owner of an account, once. Whatever is wrong with a code, a
 * stranger is told the same, so that nothing can be learnt by trying.
 */
import { Fault, wrong } from '../../kernel/fault';
import { newId } from '../../kernel/ids';
import { invariant } from '../../kernel/invariant';
import { makeOnce, type Once, onceOf } from '../../kernel/made-once';
import { NANO_MAX, nano } from '../../kernel/money';
import { checkMemo } from '../../kernel/names';
import { hashSecret } from '../../kernel/secret';
import { shown } from '../../kernel/shown';
import { type Bucket, currencyOf } from '../../kernel/words';
import type { GroupCommit } from '../group-commit';
import type { LedgerReader } from '../ledger-reader';
import { type LedgerEntry, walletId } from '../wallet';
import { canonicalCode, newCode, printedCode } from './redemption-code';
import { type RedemptionCode, type RedemptionStore, redemptionKey } from './redemption-store';

export interface RedemptionMeans {
  readonly codes: RedemptionStore;
  readonly ledger: Pick<GroupCommit, 'end'>;
  readonly reader: Pick<LedgerReader, 'entriesById' | 'entriesOfExternalKeys' | 'walletsById'>;
  readonly clock: { now(): number };
}

export interface CodeWish {
  readonly count: number;
  readonly bucket: Bucket;
  /** Nano units of the bucket's currency, for each code. */
  readonly amount: bigint;
  readonly expiresAt: number | null;
  readonly memo: string | null;
}

/** The only time that the code itself is known. */
export interface MadeCode {
  readonly redemptionCode: RedemptionCode;
  readonly code: string;
}

export const REDEMPTION_STATES = ['OPEN', 'REDEEMED', 'REVOKED', 'EXPIRED'] as const;
export type RedemptionState = (typeof REDEMPTION_STATES)[number];

const COUNT_MAX = 1_000;

/**
 * `idempotencyKey`: the same one never makes codes a second time, because their text cannot be shown again.
 * @throws Fault `invalid_request` that names the argument; `idempotency_settled`, which names the first of the codes that were made
 * before, or `idempotency_mismatch`
 */
export function makeCodes(
  means: Pick<RedemptionMeans, 'codes' | 'clock'>,
  wish: CodeWish,
  idempotencyKey: string | null = null,
): Promise<MadeCode[]> {
  const once = onceOf(['redemption_codes'], idempotencyKey, wish);
  const wayOn = 'Their text was shown then: redemptionCodes lists them, revokeRedemptionCode ends one.';
  const words = (first: string) => `This idempotencyKey made ${wish.count} redemption codes, the first of them ${first}. ${wayOn}`;
  return makeOnce(means.codes, once, words, () => addCodes(means, wish, once));
}

async function addCodes(
  { codes, clock }: Pick<RedemptionMeans, 'codes' | 'clock'>,
  wish: CodeWish,
  once: Once | null,
): Promise<MadeCode[]> {
  const { count, bucket, expiresAt, memo } = wish;
  const now = clock.now();
  if (count < 1 || count > COUNT_MAX) throw wrong('count', `must be 1 to ${COUNT_MAX}`);
  if (wish.amount <= 0n || wish.amount > NANO_MAX) throw wrong('amount', 'must be above zero, and no more than a wallet can hold');
  checkMemo(memo);
  if (expiresAt !== null && expiresAt <= now) throw wrong('expiresAt', 'must lie in the future');
  const made = Array.from({ length: count }, () => {
    const redemptionCode = { id: newId(), bucket, amount: nano(wish.amount), memo, createdAt: now, expiresAt, revokedAt: null };
    return { redemptionCode, code: newCode() };
  });
  const hashed = made.map(({ redemptionCode, code }) => ({ ...redemptionCode, codeHash: hashSecret(code) }));
  await codes.add(hashed, once);
  return made.map(({ redemptionCode, code }) => ({ redemptionCode, code: printedCode(code) }));
}

/**
 * Adds the amount of a code to its bucket of the account. The account that redeemed a code before gets the entry of then.
 * @throws Fault `not_found` for an account that is not there, and, the same for all, for a code that is unknown, used, expired or revoked;
 * `invalid_request` for one that would give the wallet more than it can hold
 */
export async function redeem(means: RedemptionMeans, accountId: string, typed: string): Promise<LedgerEntry> {
  const canonical = canonicalCode(typed);
  const code = canonical === null ? undefined : await means.codes.findByHash(hashSecret(canonical));
  if (code === undefined) throw unusable();
  const wallet = walletId(accountId, code.bucket);
  const before = (await means.reader.entriesOfExternalKeys([redemptionKey(code.id)])).get(redemptionKey(code.id));
  if (before?.walletId === wallet) return before;
  if (stateOf(code, before, means.clock.now()) !== 'OPEN') throw unusable();
  const standing = (await means.reader.walletsById([wallet])).get(wallet);
  // Only the operator names an account: no stranger learns from this that there is such a code.
  if (standing === undefined) throw new Fault('not_found', `There is no account "${shown(accountId)}".`, { param: 'accountId' });
  if (standing.posted + code.amount > NANO_MAX) throw tooMuchFor(wallet);
  return moveOnce(means, code, wallet);
}

/** @throws Fault `not_found` for the id, `invalid_request` for a code that was redeemed */
export async function revokeCode({ codes, reader, clock }: RedemptionMeans, id: string): Promise<RedemptionCode> {
  if ((await codes.find(id)) === undefined) throw new Fault('not_found', `There is no redemption code "${shown(id)}".`, { param: 'id' });
  await refuseRedeemed(reader, id);
  await codes.revoke(id, clock.now());
  // A redemption that was under way has gone through by now, and its entry says so, or it finds the code revoked.
  await refuseRedeemed(reader, id);
  const revoked = await codes.find(id);
  invariant(revoked !== undefined, 'a code is never deleted');
  return revoked;
}

async function refuseRedeemed(reader: RedemptionMeans['reader'], id: string): Promise<void> {
  if ((await reader.entriesOfExternalKeys([redemptionKey(id)])).size === 0) return;
  throw new Fault('invalid_request', `The code ${id} was redeemed already: an adjustment can take the money back.`, { param: 'id' });
}

/** What money did comes first: a code that was redeemed is REDEEMED, whatever was done to it later. */
export function stateOf({ revokedAt, expiresAt }: RedemptionCode, entry: LedgerEntry | undefined, now: number): RedemptionState {
  if (entry !== undefined) return 'REDEEMED';
  if (revokedAt !== null) return 'REVOKED';
  return expiresAt !== null && expiresAt <= now ? 'EXPIRED' : 'OPEN';
}

/** The external key of the code is the guard: of any number that try at once, one moves money. None does once the code is revoked. */
async function moveOnce({ ledger, reader, clock }: RedemptionMeans, code: RedemptionCode, wallet: string): Promise<LedgerEntry> {
  const transferId = newId();
  const verdict = await ledger.end({
    kind: 'move',
    transferId,
    entryKind: 'REDEMPTION',
    walletId: wallet,
    currency: currencyOf(code.bucket),
    amount: code.amount,
    externalKey: redemptionKey(code.id),
    receiptId: null,
    redemptionCodeId: code.id,
    memo: code.memo,
    createdAt: clock.now(),
  });
  if (verdict.verdict === 'code_revoked' || (verdict.verdict === 'duplicate' && !verdict.same)) throw unusable();
  if (verdict.verdict === 'over_balance') throw tooMuchFor(wallet);
  if (verdict.verdict === 'refused') throw new Fault('temporarily_unavailable', 'Nothing was redeemed: try again.');
  const id = verdict.verdict === 'duplicate' ? verdict.transferId : transferId;
  const entry = (await reader.entriesById([id])).get(id);
  invariant(entry !== undefined, `the redemption ${id} was just written`);
  return entry;
}

function tooMuchFor(wallet: string): Fault {
  return wrong('code', `would give ${wallet} more than a wallet can hold`);
}

function unusable(): Fault {
  return new Fault('not_found', 'This code cannot be redeemed: it is not known, or was used, has expired, or was revoked.', {
    param: 'code',
  });
}
