/** What the operator writes beside the catalog's file, and the port that reads it. */
import type { Catalog, Channel, Model, Route } from './catalog';
import type { DeclaredChannel, DeclaredRoute } from './declared-catalog';

/** Fields as the file has them. Left out: as it stands, or the file's default; null: the file's default. */
export type Written = Readonly<Record<string, unknown>>;

/**
 * Reads one thing as it would stand in the catalog's file beside everything that stands now. `standing` is what is changed;
 * null: it is new. @throws Fault `invalid_request` that names every fault at once, each with its path
 */
export interface EntryReader {
  channel(written: Written, catalog: Catalog, standing: Channel | null): DeclaredChannel;
  model(written: Written, catalog: Catalog, standing: Model | null): Model;
  route(written: Written, catalog: Catalog, standing: Route | null): DeclaredRoute;
}

/** What is to be written, in one transaction. */
export interface CatalogEdit {
  readonly channels?: readonly DeclaredChannel[];
  readonly models?: readonly Model[];
  readonly routes?: readonly RouteEdit[];
  readonly retired?: { readonly channels?: readonly string[]; readonly models?: readonly string[]; readonly routes?: readonly string[] };
}

export interface RouteEdit {
  readonly route: DeclaredRoute;
  /** null: as it stands. */
  readonly enabled: boolean | null;
  /** Milliseconds since 1970; null: its price is in force from now on. */
  readonly priceFrom: number | null;
}
