/** The port through which receipts, wallets and entries are read. Lists run from new to old, by cursor. */
import type { Nano } from '../kernel/money';
import type { EntryKind, RequestStatus, RouteType } from '../kernel/words';
import type { KeyUse } from './key-use';
import type { AttemptOfReceipt, ReadableReceipt } from './receipt';
import type { LedgerEntry, Wallet } from './wallet';

/** Whose data may be seen: a key sees its own, an account what its keys made, null (the operator) everything. */
export type Scope = { readonly apiKeyId: string } | { readonly accountId: string } | null;

export interface ReceiptFilter {
  readonly apiKeyId?: string;
  readonly projectId?: string;
  readonly runId?: string;
  readonly model?: string;
  readonly status?: RequestStatus;
  readonly routeType?: RouteType;
  readonly withFallback?: boolean;
  /** Milliseconds since 1970; from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface EntryFilter {
  readonly walletId?: string;
  readonly kind?: EntryKind;
  readonly apiKeyId?: string;
  /** Milliseconds since 1970; from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly first: number;
  /** The cursor of the last node that was seen. */
  readonly after?: string;
}

export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
}

/** A counter of spend, by the id that `counterId` gives, with the wallet that its money comes from. */
export interface CounterOf {
  readonly counterId: string;
  readonly walletId: string;
}

export interface CounterSpend {
  /** Charges, refunds not taken off. */
  readonly spent: Nano;
  readonly held: Nano;
}

export interface LedgerReader {
  /** One receipt, settled or in flight, when the scope may see it. */
  receipt(id: string, scope: Scope): Promise<ReadableReceipt | undefined>;
  /** Those that the scope may not see are left out, as if they did not exist. */
  receiptsById(ids: readonly string[], scope: Scope): Promise<ReadonlyMap<string, ReadableReceipt>>;
  /** @throws Fault `invalid_request` for a cursor that is none. */
  receipts(scope: Scope, page: PageRequest, filter: ReceiptFilter): Promise<Page<ReadableReceipt>>;
  /** The same page of the receipts of each key. @throws Fault `invalid_request` for a cursor that is none. */
  receiptsOfKeys(keyIds: readonly string[], page: PageRequest, filter: ReceiptFilter): Promise<ReadonlyMap<string, Page<ReadableReceipt>>>;
  /** The attempts of each receipt, in order. */
  attempts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly AttemptOfReceipt[]>>;
  /** Both wallets of an account, or of all accounts. A key's scope sees those of its account. */
  wallets(accountId: string | null): Promise<readonly Wallet[]>;
  /** An id that there is not is left out. */
  walletsById(ids: readonly string[]): Promise<ReadonlyMap<string, Wallet>>;
  /** @throws Fault `invalid_request` for a cursor that is none. */
  entries(scope: Scope, page: PageRequest, filter: EntryFilter): Promise<Page<LedgerEntry>>;
  /** The entries of each receipt, in the order in which they were written. */
  entriesOfReceipts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly LedgerEntry[]>>;
  /** Entries by their own ids. */
  entriesById(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>>;
  /** The entries that external keys made, by the key. A key that moved nothing is left out. */
  entriesOfExternalKeys(externalKeys: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>>;
  /** How much of a request's charge was given back. */
  refundedOf(receiptId: string): Promise<bigint>;
  /** The last use of an Idempotency-Key, by its `Idempotence.id`; undefined: nothing was ever held with it. */
  keyUse(id: string): Promise<KeyUse | undefined>;
  /** What each counter says, by its id; one that is not kept yet is summed. Every counter that was asked for is there. */
  spendOf(counters: readonly CounterOf[]): Promise<ReadonlyMap<string, CounterSpend>>;
  /** When each key made its newest request that has ended, in milliseconds since 1970. A key that made none is left out. */
  lastUsedAt(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
