/** Research runs and what belongs to them, as far as the viewer may see them: a key its own, an account those of its keys. */
import type DataLoader from 'dataloader';
import { maySeeKey, type Viewer } from '../../../keys/viewer';
import type { PageRequest, Scope } from '../../../ledger/ledger-reader';
import { pageOf, reportInputOf } from '../../../research/report-of';
import type { ResearchStore } from '../../../research/research-store';
import type { ResearchRun, ResearchSection, SectionCharge } from '../../../research/run';
import type { RunStore } from '../../../runs/run-store';
import { loaderById } from '../batch';
import type { NodeAllowance } from '../node-allowance';

export interface ResearchSources {
  readonly research: ResearchStore;
  readonly runs: RunStore;
}

/** What a report that is made for this request counts as: it is not read, it is drawn. */
const PAGE_NODES = 100;

type Page = ReturnType<typeof pageOf>;
type Charges = ReadonlyMap<string, SectionCharge>;

export class ResearchLoaders {
  private readonly byId: DataLoader<string, ResearchRun | null>;
  private readonly sectionsOfRun: DataLoader<string, readonly ResearchSection[] | null>;
  private readonly sectionById: DataLoader<string, ResearchSection | null>;
  private readonly chargesOfRun: DataLoader<string, Charges | null>;
  private readonly htmlById: DataLoader<string, string | null>;
  private readonly pages = new Map<string, Promise<Page | null>>();

  constructor(
    private readonly sources: ResearchSources,
    private readonly viewer: Viewer,
    private readonly scope: Scope,
    private readonly allowance: NodeAllowance,
  ) {
    const { research } = sources;
    this.byId = loaderById(allowance, (ids) => research.find(ids));
    this.sectionsOfRun = loaderById(allowance, (ids) => research.sections(ids));
    this.htmlById = loaderById(allowance, (ids) => research.html(ids));
    this.sectionById = loaderById(allowance, (ids) => research.sectionsById(ids));
    this.chargesOfRun = loaderById(allowance, async (ids) => {
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
    this.pages.delete(id);
    return research;
  }

  /** @throws Fault when the request asks for too much in all */
  take(nodes: number): void {
    this.allowance.take(nodes);
  }

  /** In the order of the plan; of a run that the viewer was shown. */
  async sections(runId: string): Promise<readonly ResearchSection[]> {
    const found = (await this.sectionsOfRun.load(runId)) ?? [];
    this.allowance.take(found.length);
    return found;
  }

  /** The report of a run that has ended, as a page of its own; of a run that the viewer was shown. */
  html(runId: string): Promise<string | null> {
    return this.htmlById.load(runId);
  }

  /** The report as far as it is written, made once for a request; null: nothing is. Of a run that the viewer was shown. */
  pageSoFar(shown: ResearchRun): Promise<Page | null> {
    const { id } = shown.run;
    const page = this.pages.get(id) ?? this.drawnPage(shown);
    this.pages.set(id, page);
    return page;
  }

  private async drawnPage(shown: ResearchRun): Promise<Page | null> {
    const { id } = shown.run;
    const sections = await this.sections(id);
    if (!sections.some(({ content }) => content !== null)) return null;
    this.allowance.take(PAGE_NODES);
    return pageOf(await reportInputOf(this.sources, shown, sections, await this.sources.research.briefing(id)));
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
