/** Loads a receipt with everything that it names: for a reader that shows all of it at once. */
import type { AccountStore, Project } from '../../keys/account-store';
import type { ApiKey } from '../../keys/api-key';
import type { ApiKeyStore } from '../../keys/api-key-store';
import type { LedgerReader, Scope } from '../../ledger/ledger-reader';
import type { ReadableReceipt } from '../../ledger/receipt';
import type { LedgerEntry } from '../../ledger/wallet';
import type { Channel } from '../../routing/catalog';
import type { CatalogStore } from '../../routing/catalog-store';
import { type ReceiptView, viewReceipt } from './receipt-view';

export interface ReceiptSources {
  readonly reader: LedgerReader;
  readonly keys: ApiKeyStore;
  readonly accounts: AccountStore;
  readonly catalog: CatalogStore;
}

export interface LoadedReceipt {
  readonly view: ReceiptView;
  readonly key: ApiKey | null;
  readonly project: Project | null;
  readonly entries: readonly LedgerEntry[];
  /** Of the catalog as it is now, by id. A channel that has left it is not here. */
  readonly channels: ReadonlyMap<string, Channel>;
}

/** The receipt, when there is one that the scope may see. */
export async function loadReceipt(sources: ReceiptSources, id: string, scope: Scope): Promise<LoadedReceipt | undefined> {
  const receipt = await sources.reader.receipt(id, scope);
  if (receipt === undefined) return undefined;
  const { apiKeyId, projectId } = receipt.record;
  const [attempts, prices, entries, keys, projects] = await Promise.all([
    sources.reader.attempts([id]),
    sources.catalog.prices(priceIdsOf(receipt)),
    sources.reader.entriesOfReceipts([id]),
    sources.keys.find([apiKeyId]),
    sources.accounts.projectsById(projectId === null ? [] : [projectId]),
  ]);
  return {
    view: viewReceipt({ receipt, attempts: attempts.get(id) ?? [], prices }),
    key: keys.get(apiKeyId) ?? null,
    project: projects.get(projectId ?? '') ?? null,
    entries: entries.get(id) ?? [],
    channels: sources.catalog.current().channels,
  };
}

/** The price versions that a view of the receipt needs. */
export function priceIdsOf(receipt: ReadableReceipt): string[] {
  const { record } = receipt;
  const ids = receipt.inFlight ? [record.primaryPriceId] : [receipt.record.priceId, record.primaryPriceId];
  return [...new Set(ids.filter((each) => each !== null))];
}
