/** Keys and projects, as far as the viewer may see them. */
import DataLoader from 'dataloader';
import { NOTHING } from '../../../gateway/views/key-standing';
import { groupBy } from '../../../kernel/lists';
import type { AccountStore, Project } from '../../../keys/account-store';
import type { ApiKey } from '../../../keys/api-key';
import type { ApiKeyStore } from '../../../keys/api-key-store';
import type { RateHolder } from '../../../keys/rate-holders';
import type { RateLevels, RateLimiter } from '../../../keys/rate-limiter';
import { accountOf, maySeeKey, maySeeProject, type Viewer } from '../../../keys/viewer';
import type { CounterOf, CounterSpend, LedgerReader } from '../../../ledger/ledger-reader';
import { loaderById } from '../batch';
import type { NodeAllowance } from '../node-allowance';
import { type KeyView, viewKey } from './key-view';

const SPEND_BATCH = { maxBatchSize: 500, cacheKeyFn: ({ counterId }: CounterOf) => counterId };

interface KeyStores {
  readonly keys: ApiKeyStore;
  readonly accounts: AccountStore;
  readonly reader: LedgerReader;
  readonly rates: Pick<RateLimiter, 'levels'>;
}

export class KeyLoaders {
  private readonly byId: DataLoader<string, ApiKey | null>;
  private readonly projectsById: DataLoader<string, Project | null>;
  private readonly spendByCounter: DataLoader<CounterOf, CounterSpend, string>;
  private readonly usedById: DataLoader<string, number | null>;
  private readonly levelsById = new Map<string, Promise<RateLevels>>();
  private visible: Promise<readonly ApiKey[]> | null = null;
  private viewsByProject: Promise<ReadonlyMap<string, KeyView[]>> | null = null;

  constructor(
    private readonly stores: KeyStores,
    private readonly viewer: Viewer,
    allowance: NodeAllowance,
  ) {
    this.byId = loaderById(allowance, (ids) => stores.keys.find(ids));
    this.usedById = loaderById(allowance, (ids) => stores.reader.lastUsedAt(ids));
    this.spendByCounter = new DataLoader(async (counters) => {
      allowance.check();
      const found = await stores.reader.spendOf(counters);
      return counters.map(({ counterId }) => found.get(counterId) ?? NOTHING);
    }, SPEND_BATCH);
    this.projectsById = loaderById(allowance, (ids) => stores.accounts.projectsById(ids));
  }

  /** null: there is no such key, or the viewer may not see it. */
  async key(id: string): Promise<ApiKey | null> {
    const key = await this.byId.load(id);
    return key !== null && maySeeKey(this.viewer, key) ? key : null;
  }

  /** Every key that the viewer may see, new to old: read once for a request. */
  keys(): Promise<readonly ApiKey[]> {
    this.visible ??= this.readKeys();
    return this.visible;
  }

  /** The keys of a project that the viewer may see, new to old: put together once for a request, however often it is asked. */
  async viewsOfProject(projectId: string, now: number): Promise<KeyView[]> {
    this.viewsByProject ??= this.keys().then((keys) =>
      groupBy(
        keys.map((key) => viewKey(key, now)),
        (key) => key.projectId,
      ),
    );
    return (await this.viewsByProject).get(projectId) ?? [];
  }

  /** When the key made its newest request that has ended; null: it made none. */
  lastUsedAt(id: string): Promise<number | null> {
    return this.usedById.load(id);
  }

  /** What a counter says; of keys and projects that the viewer was shown. */
  spendOf(counter: CounterOf): Promise<CounterSpend> {
    return this.spendByCounter.load(counter);
  }

  /** What the rates of a holder leave now, asked once for a request. */
  rateLevels({ id, limits }: RateHolder): Promise<RateLevels> {
    const levels = this.levelsById.get(id) ?? this.stores.rates.levels(id, limits);
    this.levelsById.set(id, levels);
    return levels;
  }

  async project(id: string): Promise<Project | null> {
    const project = await this.projectsById.load(id);
    return project !== null && maySeeProject(this.viewer, project) ? project : null;
  }

  async projects(): Promise<readonly Project[]> {
    const projects = await this.stores.accounts.projects(accountOf(this.viewer));
    return projects.filter((project) => maySeeProject(this.viewer, project));
  }

  private async readKeys(): Promise<readonly ApiKey[]> {
    if (this.viewer.kind === 'key') {
      const self = await this.key(this.viewer.key.id);
      return self === null ? [] : [self];
    }
    return this.stores.keys.list(accountOf(this.viewer));
  }
}
