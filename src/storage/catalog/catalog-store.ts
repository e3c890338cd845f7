import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock';
import { ConfigurationError } from '../../kernel/configuration-error';
import { Fault } from '../../kernel/fault';
import { invariant } from '../../kernel/invariant';
import type { Log } from '../../kernel/log';
import { shown } from '../../kernel/shown';
import type { Catalog, Channel, PriceVersion } from '../../routing/catalog';
import type { CatalogEdit } from '../../routing/catalog-edit';
import type { CatalogStore } from '../../routing/catalog-store';
import type { DeclaredCatalog, DeclaredPrice } from '../../routing/declared-catalog';
import type { CatalogEditor } from '../../routing/operate-catalog';
import { nextPriceAt, withPriceAt, withPricesAt } from '../../routing/prices-in-force';
import { inTransaction } from '../sql/in-transaction';
import { type Row, whole } from '../sql/row-values';
import { canBeStoredId } from '../sql/stored-words';
import { appliedFormOf } from './applied-catalog';
import { changesBetween } from './catalog-changes';
import { type CatalogChange, changingCatalog, readRevision } from './catalog-state';
import { readPrices } from './price-rows';
import { noRoute, noUpcomingPrice, unschedule, writePrice } from './price-schedule';
import { readSnapshot } from './read-snapshot';
import { writeChanges } from './write-changes';
import { writeEdit } from './write-edit';

const POLL_MS = 1_000;
const OTHER_KEY =
  'This process was started with another master key than the one that the catalog is sealed with, and changes nothing of it: ask a process that has the new one.';

export interface CatalogStoreParts {
  readonly dataSource: DataSource;
  /** Seals the secrets of channels at rest. */
  readonly masterKey: Buffer;
  readonly clock: Clock;
  readonly log: Log;
}

/** The catalog in the database, with a snapshot of it in memory. Call `load` or `applyCatalog` before `current`. */
export class SqlCatalogStore implements CatalogStore, CatalogEditor {
  private snapshot: Catalog | null = null;
  /** As it was read, with every price that begins later. */
  private stored: Catalog | null = null;
  private shownAt = Number.NEGATIVE_INFINITY;
  private nextPriceAt = Number.POSITIVE_INFINITY;
  private readonly priceCache = new Map<string, PriceVersion>();
  private timer: NodeJS.Timeout | null = null;
  private loading: Promise<void> = Promise.resolve();
  private refreshing: Promise<void> | null = null;
  private readable = true;

  constructor(private readonly parts: CatalogStoreParts) {}

  current(): Catalog {
    invariant(this.snapshot !== null && this.stored !== null, 'the catalog is loaded before it is asked for');
    const now = this.parts.clock.now();
    // A clock that was ahead and is put right takes back what began by it.
    return this.nextPriceAt <= now || now < this.shownAt ? this.show(this.stored, now) : this.snapshot;
  }

  private show(stored: Catalog, now: number): Catalog {
    const snapshot = withPricesAt(stored, now);
    this.stored = stored;
    this.snapshot = snapshot;
    this.shownAt = now;
    this.nextPriceAt = nextPriceAt(snapshot);
    return snapshot;
  }

  async prices(ids: readonly string[]): Promise<ReadonlyMap<string, PriceVersion>> {
    const missing = [...new Set(ids)].filter((id) => !this.priceCache.has(id));
    if (missing.length > 0) {
      const read = await inTransaction(this.parts.dataSource, (manager) => readPrices(manager, missing));
      for (const price of read) this.priceCache.set(price.id, price);
    }
    const known = ids.flatMap((id) => this.priceCache.get(id) ?? []);
    return new Map(known.map((price) => [price.id, price]));
  }

  /**
   * Reads the catalog anew, one after the other: what was read last is what stands, whatever its number. It may be less than before,
   * where a replica took over that had not heard of the last change.
   * @throws ConfigurationError when the master key does not open the stored secrets
   */
  load(): Promise<void> {
    const loading = this.loading.then(() => this.loadNow());
    this.loading = loading.catch(() => undefined);
    return loading;
  }

  private async loadNow(): Promise<void> {
    const read = await inTransaction(this.parts.dataSource, (manager) => readSnapshot(manager, this.parts.masterKey));
    // A version that was lost has left its id to the one that was made in its place.
    this.priceCache.clear();
    this.show(read, this.parts.clock.now());
  }

  /**
   * Makes the stored catalog what is declared, in one transaction: only what differs from the catalog applied last is
   * written, and what has left it is retired. The same catalog twice changes nothing. `current` shows it on return.
   */
  async applyCatalog(declared: DeclaredCatalog): Promise<{ readonly changed: boolean }> {
    const { masterKey, clock } = this.parts;
    const changed = await this.changing(async (manager, { applied }) => {
      const changes = changesBetween(applied, declared);
      if (changes === null) return { next: null, result: false };
      await writeChanges({ manager, masterKey, now: clock.now() }, changes);
      return { next: appliedFormOf(declared), result: true };
    });
    return { changed };
  }

  /**
   * Gives a route another price, from now on or from an instant on. It stands until the catalog declares a different one
   * than it did before. @throws Fault `not_found` for a route that is not in the catalog
   */
  async setRoutePrice(
    routeId: string,
    over: (standing: PriceVersion) => DeclaredPrice,
    effectiveFrom: number | null = null,
  ): Promise<PriceVersion> {
    const { masterKey, clock } = this.parts;
    const id = await this.operated(async (manager, { applied }) => {
      const now = clock.now();
      const route = (await readSnapshot(manager, masterKey)).routes.get(routeId);
      if (route === undefined) throw noRoute(routeId);
      const price = over(withPriceAt(route, effectiveFrom ?? now).price);
      const written = await writePrice(manager, { routeId, price, effectiveFrom }, now);
      return { next: written.changed ? applied : null, result: written.id };
    });
    return this.written(id);
  }

  /** Takes back a price that has not begun: what is in force by then stays so. @throws Fault `not_found` where none begins then */
  async withdrawRoutePrice(routeId: string, effectiveFrom: number): Promise<PriceVersion> {
    const id = await this.operated(async (manager, { applied }) => {
      const withdrawn = effectiveFrom > this.parts.clock.now() ? await unschedule(manager, routeId, effectiveFrom) : undefined;
      if (withdrawn === undefined) throw noUpcomingPrice(routeId);
      return { next: applied, result: withdrawn };
    });
    return this.written(id);
  }

  /** Takes a channel out of use or back. It stands over restarts. @throws Fault `not_found` for one that is not in the catalog */
  async setChannelEnabled(id: string, enabled: boolean): Promise<Channel> {
    const unknown = new Fault('not_found', `There is no channel "${shown(id)}".`, { param: 'id' });
    if (!canBeStoredId(id)) throw unknown;
    await this.operated(async (manager, { applied }) => {
      const rows: Row[] = await manager.query('SELECT enabled FROM channel WHERE id = ? AND retired_at IS NULL', [id]);
      const [row] = rows;
      if (row === undefined) throw unknown;
      if (whole(row['enabled']) === (enabled ? 1 : 0)) return { next: null, result: null };
      await manager.query('UPDATE channel SET enabled = ? WHERE id = ?', [enabled ? 1n : 0n, id]);
      return { next: applied, result: null };
    });
    const channel = this.current().channels.get(id);
    invariant(channel !== undefined, 'a channel that was changed is in the catalog');
    return channel;
  }

  /** It stands over restarts, until the catalog's file declares something else of the same thing. */
  async edit(decide: (catalog: Catalog) => CatalogEdit): Promise<CatalogEdit> {
    const { masterKey, clock } = this.parts;
    return this.operated(async (manager, { applied }) => {
      const now = clock.now();
      const standing = withPricesAt(await readSnapshot(manager, masterKey), now);
      const decided = decide(standing);
      await writeEdit({ manager, masterKey, now }, decided, standing);
      return { next: applied, result: decided };
    });
  }

  private async written(priceId: string): Promise<PriceVersion> {
    const version = (await this.prices([priceId])).get(priceId);
    invariant(version !== undefined, 'a price that was written can be read');
    return version;
  }

  /** A change by an operator, for whom the key of this process is nothing to correct. @throws Fault `temporarily_unavailable` */
  private async operated<T>(change: CatalogChange<T>): Promise<T> {
    try {
      return await this.changing(change);
    } catch (cause) {
      throw cause instanceof ConfigurationError ? new Fault('temporarily_unavailable', OTHER_KEY, { cause }) : cause;
    }
  }

  /** `current` shows it on return. With another master key than that of what is sealed nothing is written: nobody could read it as a whole. */
  private async changing<T>(change: CatalogChange<T>): Promise<T> {
    const result = await changingCatalog(this.parts.dataSource, this.parts.clock.now(), async (manager, state) => {
      const done = await change(manager, state);
      if (done.next !== null) await readSnapshot(manager, this.parts.masterKey);
      return done;
    });
    await this.load();
    return result;
  }

  /** Follows what other processes apply: the snapshot is at most two seconds old. On SQLite there are none. */
  start(): void {
    if (this.timer !== null || this.parts.dataSource.options.type === 'better-sqlite3') return;
    this.timer = setInterval(() => void this.refresh(), POLL_MS).unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Loads the catalog when its revision has changed. Never rejects: the old snapshot serves on, and the log says so once. */
  refresh(): Promise<void> {
    // One at a time: while the database hangs, no second question queues behind the first.
    this.refreshing ??= this.refreshNow().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshNow(): Promise<void> {
    try {
      const revision = await inTransaction(this.parts.dataSource, readRevision);
      if (revision !== this.snapshot?.revision) await this.load();
      this.readable = true;
    } catch (error) {
      if (this.readable) this.parts.log.warn({ err: error }, 'the catalog cannot be read now; the last one that was read stays in use');
      this.readable = false;
    }
  }
}
