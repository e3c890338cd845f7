/** The port through which research runs are kept. Whatever it wrote is durable when its promise resolves. */
import type { MadeBefore, Once } from '../kernel/made-once';
import type { RunStatus } from '../kernel/words';
import type { BudgetLine, Run } from '../runs/run';
import type { Briefing } from './market-data';
import type { ResearchEvent, ResearchRun, ResearchSection, SectionCharge, SectionProfile } from './run';

export interface NewResearch {
  readonly research: ResearchRun;
  readonly provider: string;
  readonly briefing: Briefing;
  readonly sections: readonly Pick<ResearchSection, 'id' | 'name' | 'title' | 'model'>[];
}

export type NewEvent = Omit<ResearchEvent, 'seq' | 'runId'>;

/**
 * One step of a run. All of it is written, or none. A run that had ended and is queued again has no end and no report, and its sections
 * that failed or were skipped are open.
 */
export interface ResearchStep {
  readonly runId: string;
  /** Who owns the run; null: a user, who needs not own it. */
  readonly owner: string | null;
  readonly status?: { readonly to: RunStatus; readonly reason: string | null; readonly at: number };
  readonly budget?: readonly BudgetLine[];
  readonly report?: { readonly markdown: string; readonly html: string };
  readonly section?: Pick<ResearchSection, 'id'> & Partial<Omit<ResearchSection, 'id' | 'runId' | 'name' | 'title' | 'model'>>;
  /** A call of that section that is about to be made: its request id. */
  readonly call?: string;
  /** Skips every section that is still open, for this reason. */
  readonly skipOpen?: string;
  readonly event?: NewEvent;
}

/** `lost`: the run is not owned by whoever writes. `refused`: its status allows no such move. Nothing was written then. */
export type Written = 'written' | 'lost' | 'refused';

export interface ResearchStore {
  /**
   * The run, its sections and the first line of its log, in one transaction.
   * @throws when the same request, by its key, has added a run before
   */
  add(added: NewResearch, event: NewEvent, once: Once | null): Promise<void>;
  /** The id of the run that a request with that key has added. */
  madeBefore(requestKey: string): Promise<MadeBefore | undefined>;
  write(step: ResearchStep): Promise<Written>;
  /** An id that there is not is left out. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, ResearchRun>>;
  ofRuns(runs: readonly Run[]): Promise<readonly ResearchRun[]>;
  /** Of a run that exists: what it was started with. */
  briefing(id: string): Promise<Briefing>;
  /** By run id: the reports of those that have ended, each as a page of its own. */
  html(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By run id, in the order of the plan. */
  sections(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly ResearchSection[]>>;
  sectionsById(ids: readonly string[]): Promise<ReadonlyMap<string, ResearchSection>>;
  /** By section id, from the receipts of its calls. */
  charges(runIds: readonly string[]): Promise<ReadonlyMap<string, SectionCharge>>;
  /** In order, those after `seq`. */
  events(runId: string, seq: bigint, limit: number): Promise<readonly ResearchEvent[]>;
  /** By the name of the section. */
  profiles(mode: ResearchRun['mode']): Promise<ReadonlyMap<string, SectionProfile>>;
  /** Adds the sections that a finished run has completed since its former end, where it had one, to the averages. */
  learn(runId: string): Promise<void>;
}

/** Who works on which run: by leases on the clock of the database. */
export interface ResearchLeases {
  /** Runs that wait for somebody, the oldest first. */
  waiting(limit: number): Promise<readonly string[]>;
  /** Whether the run now belongs to `owner`: it waited, and nobody was faster. */
  claim(id: string, owner: string): Promise<boolean>;
  /** Prolongs the leases. @returns the runs that still belong to `owner` */
  renew(ids: readonly string[], owner: string): Promise<ReadonlySet<string>>;
  release(id: string, owner: string): Promise<void>;
  /** To be called before anything is claimed: where one process owns the database, no former one works on anything. */
  forgetDead(): Promise<void>;
}
