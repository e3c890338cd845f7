/** Research runs and what belongs to them, as far as the viewer may see them: a key its own, an account those of its keys. */
import type DataLoader from 'dataloader';
import { maySeeKey, type Viewer } from '../../../keys/viewer';
import type { PageRequest, Scope } from '../../../ledger/ledger-reader';
import type { ResearchStore } from '../../../research/research-store';
import type { ResearchRun, ResearchSection, SectionCharge } from '../../../research/run';
import type { RunStore } from '../../../runs/run-store';
import { loaderById } from '../batch';
import type { NodeAllowance } from '../node-allowance';

export interface ResearchSources {
  readonly research: ResearchStore;
  readonly runs: RunStore;
}

type Charges = ReadonlyMap<string, SectionCharge>;

export class ResearchLoaders {
  private readonly byId: DataLoader<string, ResearchRun | null>;
  private readonly sectionsOfRun: DataLoader<string, readonly ResearchSection[] | null>;
  private readonly sectionById: DataLoader<string, ResearchSection | null>;
  private readonly chargesOfRun: DataLoader<string, Charges | null>;

  constructor(
    private readonly sources: ResearchSources,
    private readonly viewer: Viewer,
    private readonly scope: Scope,
    private readonly allowance: NodeAllowance,
  ) {
    const { research } = sources;
    this.byId = loaderById((ids) => research.find(ids));
    this.sectionsOfRun = loaderById((ids) => research.sections(ids));
    this.sectionById = loaderById((ids) => research.sectionsById(ids));
    this.chargesOfRun = loaderById(async (ids) => {
      const charges = await research.charges(ids);
      return new Map(ids.map((id) => [id, charges]));
    });
  }

  /** null: there is no such run, or the viewer may not see it. */
  async run(id: string): Promise<ResearchRun | null> {
    const found = await this.byId.load(id);
    if (found === null) return null;
    const { apiKeyId, accountId } = found.run;
    return maySeeKey(this.viewer, { id: apiKeyId, accountId }) ? found : null;
  }

  /** New to old. */
  async list(page: PageRequest): Promise<readonly ResearchRun[]> {
    this.allowance.take(page.first);
    const { items } = await this.sources.runs.page(this.scope, 'RESEARCH', page);
    const found = await this.sources.research.ofRuns(items.map(({ node }) => node));
    for (const each of found) this.byId.prime(each.run.id, each);
    return found;
  }

  /** To be called with a run that this request has changed: what was read of it before is forgotten. */
  changed(research: ResearchRun): ResearchRun {
    const { id } = research.run;
    this.byId.clear(id).prime(id, research);
    this.sectionsOfRun.clear(id);
    return research;
  }

  /** In the order of the plan; of a run that the viewer was shown. */
  async sections(runId: string): Promise<readonly ResearchSection[]> {
    return (await this.sectionsOfRun.load(runId)) ?? [];
  }

  /** Of a run that the viewer was shown. */
  section(id: string): Promise<ResearchSection | null> {
    return this.sectionById.load(id);
  }

  /** By section id; of a run that the viewer was shown. */
  async charges(runId: string): Promise<Charges> {
    return (await this.chargesOfRun.load(runId)) ?? new Map();
  }
}
