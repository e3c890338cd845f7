/** A run as one process carries it on: what stands in the database, changed only together with it. */
import { invariant } from '../kernel/invariant';
import type { SectionStatus } from '../kernel/words';
import type { LedgerReader } from '../ledger/ledger-reader';
import { spentOf } from './manage-research';
import type { Briefing } from './market-data';
import type { ResearchStep, ResearchStore } from './research-store';
import type { ResearchEventKind, ResearchRun, ResearchSection } from './run';
import type { SectionContent } from './sections/read-section';
import type { SectionSpec } from './sections/section';

export interface WritingMeans {
  readonly research: ResearchStore;
  readonly reader: Pick<LedgerReader, 'spendOf'>;
  /** Wakes whoever follows the run. */
  readonly ring: (runId: string) => void;
  readonly now: () => number;
}

/** Unwinds what works on a run that is somebody else's by now, or nobody's. */
export class RunGone extends Error {}

export type SectionChange = Omit<NonNullable<ResearchStep['section']>, 'id'>;
type Change = Omit<ResearchStep, 'runId' | 'owner' | 'event'>;
type Spec = Pick<SectionSpec, 'name'>;

/** A line of the log. */
export interface Said {
  readonly kind: ResearchEventKind;
  readonly message?: string | null;
}

export class WrittenRun {
  private readonly byName = new Map<string, ResearchSection>();

  private constructor(
    private readonly means: WritingMeans,
    readonly research: ResearchRun,
    readonly briefing: Briefing,
    sections: readonly ResearchSection[],
    private readonly owner: string,
  ) {
    for (const section of sections) this.byName.set(section.name, section);
  }

  static async load(means: WritingMeans, research: ResearchRun, owner: string): Promise<WrittenRun> {
    const { id } = research.run;
    const [briefing, sections] = await Promise.all([means.research.briefing(id), means.research.sections([id])]);
    return new WrittenRun(means, research, briefing, sections.get(id) ?? [], owner);
  }

  get sections(): readonly ResearchSection[] {
    return [...this.byName.values()];
  }

  section({ name }: Spec): ResearchSection {
    const section = this.byName.get(name);
    invariant(section !== undefined, `the run has a section ${name}`);
    return section;
  }

  states(): ReadonlyMap<string, SectionStatus> {
    return new Map(this.sections.map(({ name, status }) => [name, status]));
  }

  /** What is written of the report. */
  contents(): ReadonlyMap<string, SectionContent> {
    return new Map(this.sections.flatMap(({ name, content }) => (content === null ? [] : [[name, content] as const])));
  }

  /** `call`: the id of a call of the section that is about to be made. @throws RunGone */
  async change(spec: Spec, change: SectionChange, said: Said | null, call?: string): Promise<void> {
    const section = this.section(spec);
    await this.write({ section: { id: section.id, ...change }, ...(call === undefined ? {} : { call }) }, said, section.id);
    this.byName.set(spec.name, { ...section, ...change });
  }

  /** @throws RunGone where the run is not carried on here any more: nothing is written then */
  async write(change: Change, said: Said | null, sectionId: string | null = null): Promise<void> {
    const { run } = this.research;
    const { research, ring, now } = this.means;
    const event = said === null ? {} : { event: { message: null, ...said, at: now(), sectionId, spent: await spentOf(this.means, run) } };
    const written = await research.write({ runId: run.id, owner: this.owner, ...change, ...event });
    if (written !== 'written') throw new RunGone(`the run ${run.id} is not carried on here: ${written}`);
    ring(run.id);
  }
}
