/** Wallets and ledger entries, as far as the viewer may see them. */
import type DataLoader from 'dataloader';
import { accountOf, maySeeAccount, type Viewer } from '../../../keys/viewer';
import type { EntryFilter, LedgerReader, Page, PageRequest, Scope } from '../../../ledger/ledger-reader';
import type { LedgerEntry, Wallet } from '../../../ledger/wallet';
import { loaderById, loaderByQuestion } from '../batch';
import type { NodeAllowance } from '../node-allowance';

interface PageQuestion {
  readonly page: PageRequest;
  readonly filter: EntryFilter;
}

export class LedgerLoaders {
  private readonly walletsById: DataLoader<string, Wallet | null>;
  private readonly entriesByReceipt: DataLoader<string, readonly LedgerEntry[] | null>;
  private readonly entriesById: DataLoader<string, LedgerEntry | null>;
  private readonly pages: DataLoader<PageQuestion, Page<LedgerEntry>, string>;

  constructor(
    private readonly reader: LedgerReader,
    private readonly viewer: Viewer,
    scope: Scope,
    private readonly allowance: NodeAllowance,
  ) {
    this.walletsById = loaderById(allowance, (ids) => reader.walletsById(ids));
    this.entriesByReceipt = loaderById(allowance, (ids) => reader.entriesOfReceipts(ids));
    this.entriesById = loaderById(allowance, (ids) => reader.entriesById(ids));
    this.pages = loaderByQuestion(allowance, ({ page, filter }) => reader.entries(scope, page, filter));
  }

  wallets(): Promise<readonly Wallet[]> {
    return this.reader.wallets(accountOf(this.viewer));
  }

  async wallet(id: string): Promise<Wallet | null> {
    const wallet = await this.walletsById.load(id);
    return wallet !== null && maySeeAccount(this.viewer, wallet.accountId) ? wallet : null;
  }

  /** A page of the entries that the viewer may see: a key sees those that it caused. */
  async page(page: PageRequest, filter: EntryFilter): Promise<Page<LedgerEntry>> {
    this.allowance.take(page.first);
    return this.pages.load({ page, filter });
  }

  /** By its own id, when the viewer sees its wallet. */
  async entry(id: string): Promise<LedgerEntry | null> {
    const entry = await this.entriesById.load(id);
    return entry !== null && (await this.wallet(entry.walletId)) !== null ? entry : null;
  }

  /** The entries of the receipts of a whole page. */
  entriesOfPage(receiptIds: readonly string[]): Promise<ReadonlyMap<string, readonly LedgerEntry[]>> {
    return this.reader.entriesOfReceipts(receiptIds);
  }

  async entriesOf(receiptId: string): Promise<readonly LedgerEntry[]> {
    return (await this.entriesByReceipt.load(receiptId)) ?? [];
  }
}
