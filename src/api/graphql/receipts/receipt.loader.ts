/** Receipts, their pages and their attempts, within the viewer's scope. */
import type DataLoader from 'dataloader';
import { priceIdsOf } from '../../../gateway/views/load-receipt';
import { type AttemptView, type ReceiptView, viewAttempts, viewReceipt } from '../../../gateway/views/receipt-view';
import type { LedgerReader, Page, PageRequest, ReceiptFilter, Scope } from '../../../ledger/ledger-reader';
import type { AttemptOfReceipt, ReadableReceipt } from '../../../ledger/receipt';
import type { PriceVersion } from '../../../routing/catalog';
import type { CatalogStore } from '../../../routing/catalog-store';
import { loaderById, loaderByOwner, loaderByQuestion, type OfOwner } from '../batch';
import type { NodeAllowance } from '../node-allowance';

interface PageQuestion {
  readonly page: PageRequest;
  readonly filter: ReceiptFilter;
}

export class ReceiptLoaders {
  private readonly byId: DataLoader<string, ReadableReceipt | null>;
  private readonly attemptsById: DataLoader<string, readonly AttemptOfReceipt[] | null>;
  private readonly prices: DataLoader<string, PriceVersion | null>;
  private readonly pages: DataLoader<PageQuestion, Page<ReadableReceipt>, string>;
  private readonly reader: LedgerReader;
  private readonly pagesOfKeys: DataLoader<OfOwner<PageQuestion>, Page<ReadableReceipt>, string>;

  constructor(
    { reader, catalog }: { readonly reader: LedgerReader; readonly catalog: CatalogStore },
    scope: Scope,
    private readonly allowance: NodeAllowance,
  ) {
    this.reader = reader;
    this.byId = loaderById(allowance, (ids) => reader.receiptsById(ids, scope));
    this.attemptsById = loaderById(allowance, (ids) => reader.attempts(ids));
    this.prices = loaderById(allowance, (ids) => catalog.prices(ids));
    this.pages = loaderByQuestion(allowance, ({ page, filter }) => reader.receipts(scope, page, filter));
    this.pagesOfKeys = loaderByOwner(allowance, (keyIds, { page, filter }) => reader.receiptsOfKeys(keyIds, page, filter));
  }

  /** null: there is no such receipt, or the viewer may not see it. */
  receipt(id: string): Promise<ReadableReceipt | null> {
    return this.byId.load(id);
  }

  /** A page of all that the viewer may see. */
  async page(page: PageRequest, filter: ReceiptFilter): Promise<Page<ReadableReceipt>> {
    this.allowance.take(page.first);
    return this.pages.load({ page, filter });
  }

  /** A page of one key's receipts; the key is one that the viewer may see. */
  async pageOfKey(apiKeyId: string, page: PageRequest, filter: ReceiptFilter): Promise<Page<ReadableReceipt>> {
    this.allowance.take(page.first);
    return this.pagesOfKeys.load({ id: apiKeyId, question: { page, filter } });
  }

  /** With price, lines and the cost of fallback: all that follows from price versions. */
  async priced(receipt: ReadableReceipt): Promise<Pick<ReceiptView, 'price' | 'lines' | 'fallbackDelta'>> {
    return viewReceipt({ receipt, attempts: [], prices: await this.pricesOf([receipt]) });
  }

  /** The attempts of a whole page, in its order. */
  async attemptsOf(receipts: readonly ReadableReceipt[]): Promise<readonly (readonly AttemptView[])[]> {
    const ids = receipts.map(({ record }) => record.requestId);
    const [attempts, prices] = await Promise.all([this.reader.attempts(ids), this.pricesOf(receipts)]);
    return receipts.map((receipt) => viewAttempts(receipt, attempts.get(receipt.record.requestId) ?? [], prices));
  }

  async attempts(receipt: ReadableReceipt): Promise<readonly AttemptView[]> {
    const [attempts, prices] = await Promise.all([this.attemptsById.load(receipt.record.requestId), this.pricesOf([receipt])]);
    return viewAttempts(receipt, attempts ?? [], prices);
  }

  /** All that their views need, so that whatever is asked of them takes one call. */
  private async pricesOf(receipts: readonly ReadableReceipt[]): Promise<ReadonlyMap<string, PriceVersion>> {
    const ids = [...new Set(receipts.flatMap(priceIdsOf))];
    const found = await Promise.all(ids.map((id) => this.prices.load(id)));
    return new Map(found.filter((price) => price !== null).map((price) => [price.id, price]));
  }
}
