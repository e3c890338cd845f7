/** Receipts, wallets and entries in memory, narrowed by scope as the real reader does. Cursors are plain numbers here. */
import { Fault } from '../../src/kernel/fault';
import { nano } from '../../src/kernel/money';
import type {
  CounterOf,
  CounterSpend,
  EntryFilter,
  LedgerReader,
  Page,
  PageRequest,
  ReceiptFilter,
  Scope,
} from '../../src/ledger/ledger-reader';
import type { AttemptOfReceipt, ReadableReceipt } from '../../src/ledger/receipt';
import type { LedgerEntry, Wallet } from '../../src/ledger/wallet';
import { someOf } from './memory-stores';

export class MemoryLedgerReader implements LedgerReader {
  /** New to old. */
  readonly allReceipts: ReadableReceipt[] = [];
  /** By the id of the counter; every other one has nothing. */
  readonly spend = new Map<string, CounterSpend>();
  readonly allAttempts: AttemptOfReceipt[] = [];
  readonly allWallets: Wallet[] = [];
  /** New to old. */
  readonly allEntries: LedgerEntry[] = [];

  async receipt(id: string, scope: Scope): Promise<ReadableReceipt | undefined> {
    return (await this.receiptsById([id], scope)).get(id);
  }

  async receiptsById(ids: readonly string[], scope: Scope): Promise<ReadonlyMap<string, ReadableReceipt>> {
    const visible = this.allReceipts.filter((receipt) => covers(scope, receipt.record));
    return someOf(new Map(visible.map((receipt) => [receipt.record.requestId, receipt])), ids);
  }

  async receipts(scope: Scope, page: PageRequest, filter: ReceiptFilter): Promise<Page<ReadableReceipt>> {
    const visible = this.allReceipts.filter((receipt) => covers(scope, receipt.record) && meets(receipt, filter));
    return pageOf(visible, page);
  }

  async receiptsOfKeys(
    keyIds: readonly string[],
    page: PageRequest,
    filter: ReceiptFilter,
  ): Promise<ReadonlyMap<string, Page<ReadableReceipt>>> {
    const pages = await Promise.all(keyIds.map((apiKeyId) => this.receipts({ apiKeyId }, page, filter)));
    return new Map(pages.map((each, at) => [keyIds[at] ?? '', each]));
  }

  async attempts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly AttemptOfReceipt[]>> {
    return new Map(receiptIds.map((id) => [id, this.allAttempts.filter((attempt) => attempt.receiptId === id)]));
  }

  async wallets(accountId: string | null): Promise<readonly Wallet[]> {
    return this.allWallets.filter((wallet) => accountId === null || wallet.accountId === accountId);
  }

  async walletsById(ids: readonly string[]): Promise<ReadonlyMap<string, Wallet>> {
    return someOf(new Map(this.allWallets.map((wallet) => [wallet.id, wallet])), ids);
  }

  async entries(scope: Scope, page: PageRequest, filter: EntryFilter): Promise<Page<LedgerEntry>> {
    const visible = this.allEntries.filter((entry) => {
      const accountId = entry.walletId.split(':')[0] ?? '';
      return covers(scope, { accountId, apiKeyId: entry.apiKeyId }) && (filter.walletId ?? entry.walletId) === entry.walletId;
    });
    const { kind, apiKeyId } = filter;
    return pageOf(
      visible.filter((entry) => (kind ?? entry.kind) === entry.kind && (apiKeyId ?? entry.apiKeyId) === entry.apiKeyId),
      page,
    );
  }

  async entriesOfReceipts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly LedgerEntry[]>> {
    return new Map(receiptIds.map((id) => [id, this.allEntries.filter((entry) => entry.receiptId === id)]));
  }

  async entriesById(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    return new Map(this.allEntries.filter(({ id }) => ids.includes(id)).map((entry) => [entry.id, entry]));
  }

  entriesOfExternalKeys(): Promise<ReadonlyMap<string, LedgerEntry>> {
    return Promise.resolve(new Map());
  }

  refundedOf(): Promise<bigint> {
    return Promise.resolve(0n);
  }

  keyUse(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async spendOf(counters: readonly CounterOf[]): Promise<ReadonlyMap<string, CounterSpend>> {
    return new Map(counters.map(({ counterId }) => [counterId, this.spend.get(counterId) ?? { spent: nano(0n), held: nano(0n) }]));
  }

  async lastUsedAt(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const ended = this.allReceipts.filter((receipt) => !receipt.inFlight).reverse();
    return someOf(new Map(ended.map(({ record }) => [record.apiKeyId, record.createdAt])), keyIds);
  }
}

function covers(scope: Scope, owner: { readonly accountId: string; readonly apiKeyId: string | null }): boolean {
  if (scope === null) return true;
  return 'apiKeyId' in scope ? scope.apiKeyId === owner.apiKeyId : scope.accountId === owner.accountId;
}

function meets(receipt: ReadableReceipt, { apiKeyId, projectId, status, routeType, model }: ReceiptFilter): boolean {
  const { record } = receipt;
  const wanted: readonly (readonly [unknown, unknown])[] = [
    [apiKeyId, record.apiKeyId],
    [projectId, record.projectId],
    [status, receipt.inFlight ? 'IN_FLIGHT' : receipt.record.status],
    [routeType, record.routeType],
    [model, record.requestedModel],
  ];
  return wanted.every(([asked, found]) => asked === undefined || asked === found);
}

function pageOf<T>(all: readonly T[], { first, after }: PageRequest): Page<T> {
  if (after !== undefined && !/^\d+$/.test(after)) throw new Fault('invalid_request', 'after is no cursor.', { param: 'after' });
  const start = after === undefined ? 0 : Number(after) + 1;
  const items = all.slice(start, start + first).map((node, index) => ({ cursor: String(start + index), node }));
  return { items, hasNextPage: start + first < all.length };
}
