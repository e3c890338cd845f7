/** Receipts, wallets and entries from the database. It only reads: what writes the ledger has connections of its own. */
import type { DataSource } from 'typeorm';
import type { KeyUse } from '../../ledger/key-use';
import type {
  CounterOf,
  CounterSpend,
  EntryFilter,
  LedgerReader,
  Page,
  PageRequest,
  ReceiptFilter,
  Scope,
} from '../../ledger/ledger-reader';
import type { AttemptOfReceipt, ReadableReceipt } from '../../ledger/receipt';
import type { LedgerEntry, Wallet } from '../../ledger/wallet';
import { readAttempts } from './read-attempts';
import { readEntriesById, readEntriesOfExternalKeys, readEntriesOfReceipts, readEntryPage, readRefunded } from './read-entries';
import { readKeyUse } from './read-key-use';
import { readLastUsedAt } from './read-last-used';
import { readReceiptPage, readReceiptPagesOfKeys, readReceiptsById } from './read-receipts';
import { readSpend } from './read-spend';
import { readWallets, readWalletsById } from './read-wallets';

/**
 * A row outside the scope is as if it did not exist. A stored row that makes no sense throws `InvariantBroken`. How many
 * statements a call makes does not depend on the size of the page, nor on the number of ids up to 150.
 */
export class SqlLedgerReader implements LedgerReader {
  constructor(private readonly dataSource: DataSource) {}

  async receipt(id: string, scope: Scope): Promise<ReadableReceipt | undefined> {
    return (await readReceiptsById(this.dataSource, [id], scope)).get(id);
  }

  receiptsById(ids: readonly string[], scope: Scope): Promise<ReadonlyMap<string, ReadableReceipt>> {
    return readReceiptsById(this.dataSource, ids, scope);
  }

  receipts(scope: Scope, page: PageRequest, filter: ReceiptFilter): Promise<Page<ReadableReceipt>> {
    return readReceiptPage(this.dataSource, scope, page, filter);
  }

  receiptsOfKeys(keyIds: readonly string[], page: PageRequest, filter: ReceiptFilter): Promise<ReadonlyMap<string, Page<ReadableReceipt>>> {
    return readReceiptPagesOfKeys(this.dataSource, keyIds, page, filter);
  }

  attempts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly AttemptOfReceipt[]>> {
    return readAttempts(this.dataSource, receiptIds);
  }

  wallets(accountId: string | null): Promise<readonly Wallet[]> {
    return readWallets(this.dataSource, accountId);
  }

  walletsById(ids: readonly string[]): Promise<ReadonlyMap<string, Wallet>> {
    return readWalletsById(this.dataSource, ids);
  }

  entries(scope: Scope, page: PageRequest, filter: EntryFilter): Promise<Page<LedgerEntry>> {
    return readEntryPage(this.dataSource, scope, page, filter);
  }

  entriesOfReceipts(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly LedgerEntry[]>> {
    return readEntriesOfReceipts(this.dataSource, receiptIds);
  }

  entriesById(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    return readEntriesById(this.dataSource, ids);
  }

  entriesOfExternalKeys(externalKeys: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    return readEntriesOfExternalKeys(this.dataSource, externalKeys);
  }

  refundedOf(receiptId: string): Promise<bigint> {
    return readRefunded(this.dataSource, receiptId);
  }

  keyUse(id: string): Promise<KeyUse | undefined> {
    return readKeyUse(this.dataSource, id);
  }

  spendOf(counters: readonly CounterOf[]): Promise<ReadonlyMap<string, CounterSpend>> {
    return readSpend(this.dataSource, counters);
  }

  lastUsedAt(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return readLastUsedAt(this.dataSource, keyIds);
  }
}
