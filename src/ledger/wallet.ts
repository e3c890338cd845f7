/** A wallet: one balance of one account. Its id says both: `acme:RMB`. */
import type { Nano } from '../kernel/money';
import { BUCKETS, type Bucket, type Currency, type EntryKind } from '../kernel/words';

export interface Wallet {
  readonly id: string;
  readonly accountId: string;
  readonly bucket: Bucket;
  /** The sum of the wallet's entries. */
  readonly posted: Nano;
  /** Reserved by open holds. `posted - held` is what can be spent, and never negative. */
  readonly held: Nano;
}

export function walletId(accountId: string, bucket: Bucket): string {
  return `${accountId}:${bucket}`;
}

/** The bucket that a wallet of that name is, whatever its row says; null: no wallet is named so. */
export function bucketOfWallet(id: string): Bucket | null {
  return BUCKETS.find((each) => id.endsWith(`:${each}`)) ?? null;
}

/** The account that a wallet of that name is of, whatever its row says; null: no wallet is named so. */
export function accountOfWallet(id: string): string | null {
  const bucket = bucketOfWallet(id);
  return bucket === null ? null : id.slice(0, -bucket.length - 1);
}

/** House accounts keep no stored balance: theirs is the sum of their transfers. */
export const HOUSE_ACCOUNTS = {
  revenue: 'house:revenue',
  topUp: 'house:top-up',
  adjustment: 'house:adjustment',
  overageLoss: 'house:overage-loss',
} as const;

/** `house:revenue:CNY`. */
export function houseAccount(account: keyof typeof HOUSE_ACCOUNTS, currency: Currency): string {
  return `${HOUSE_ACCOUNTS[account]}:${currency}`;
}

/** One immutable line of a wallet's history: its side of a transfer. */
export interface LedgerEntry {
  /** The id of the transfer. */
  readonly id: string;
  readonly walletId: string;
  readonly bucket: Bucket;
  readonly batchId: string;
  readonly kind: EntryKind;
  /** Signed: a charge is negative. */
  readonly amount: Nano;
  readonly balanceBefore: Nano;
  readonly balanceAfter: Nano;
  readonly apiKeyId: string | null;
  readonly receiptId: string | null;
  readonly runId: string | null;
  readonly memo: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Its place in lists: opaque, stable, later ones further on in the wallet's own order. */
  readonly cursor: string;
}
