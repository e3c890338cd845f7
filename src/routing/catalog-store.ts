import type { Catalog, PriceVersion } from './catalog';

/** The port through which the catalog is read. */
export interface CatalogStore {
  /** The newest snapshot that this process knows, at most two seconds old. Never touches the database. */
  current(): Catalog;
  /** Price versions by id, also those that no route uses any more: receipts keep theirs for ever. */
  prices(ids: readonly string[]): Promise<ReadonlyMap<string, PriceVersion>>;
}
