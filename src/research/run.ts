/** A research run: a run whose calls the gateway makes itself, section by section, with an estimate before and a report after. */
import type { Nano } from '../kernel/money';
import type { ResearchMode, RunStatus, SectionStatus } from '../kernel/words';
import type { Amounts } from '../runs/amounts';
import type { BudgetLine, Run } from '../runs/run';
import type { SectionContent } from './sections/read-section';
import type { ModelRole } from './sections/section';

/** Something to know, and to acknowledge, before a run is started. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** What a run is expected to take, and the worst case. Only buckets that it can pay from are named. */
export interface Estimate {
  readonly mode: ResearchMode;
  readonly sections: number;
  readonly expected: readonly BudgetLine[];
  readonly ceiling: readonly BudgetLine[];
  readonly expectedTokens: number;
  readonly expectedSeconds: number;
  readonly balanceOk: boolean;
  readonly warnings: readonly Warning[];
}

/** Which model writes in which role. Fixed when a run is started. */
export type ResearchModels = Readonly<Record<ModelRole, string>>;

export interface ResearchRun {
  readonly run: Run;
  readonly symbol: string;
  readonly mode: ResearchMode;
  readonly models: ResearchModels;
  readonly estimate: Estimate;
  /** Of a run that has ended. */
  readonly report: string | null;
}

export interface ResearchSection {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly status: SectionStatus;
  /** Tries that were the section's own: one that ended with its process, or that nothing could pay for, is none. */
  readonly tries: number;
  readonly content: SectionContent | null;
  /** The call whose answer is the content. */
  readonly callId: string | null;
  /** The call of a try that has begun and whose end is not written down yet. */
  readonly openCallId: string | null;
  /** What was wrong with the last try, or why there was none. */
  readonly error: string | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export const RESEARCH_EVENTS = [
  'RUN_QUEUED',
  'RUN_STARTED',
  'RUN_TAKEN_OVER',
  'SECTION_STARTED',
  'SECTION_RETRIED',
  'TRY_FAILED',
  'SECTION_COMPLETED',
  'SECTION_FAILED',
  'SECTION_SKIPPED',
  'RUN_PAUSED',
  'RUN_RESUMED',
  'RUN_ENDED',
] as const;
/** What happened in a run. RUN_ENDED: completed, partial, failed or cancelled, as the run then says. */
export type ResearchEventKind = (typeof RESEARCH_EVENTS)[number];

/** One line of the log of a run. `seq` counts from 1, without gaps. */
export interface ResearchEvent {
  readonly runId: string;
  readonly seq: bigint;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: ResearchEventKind;
  readonly sectionId: string | null;
  readonly message: string | null;
  /** What the run was charged by then. */
  readonly spent: Amounts;
}

/** What the calls of one section were charged. `wasted`: by tries whose answer is not the content. */
export interface SectionCharge {
  readonly sectionId: string;
  readonly spent: Amounts;
  readonly wasted: Amounts;
  /** Calls that have ended. */
  readonly requests: number;
  /** Of all its calls, in the order in which they were made; also those that are in flight. */
  readonly receiptIds: readonly string[];
}

/** Averages over finished sections, of one mode. */
export interface SectionProfile {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly seconds: number;
}

/**
 * Every change of a run's status that there is. Whatever is not here is refused, by whoever writes it. A run that ended without some of
 * its sections can be taken up again: what the others cost is not lost with an outage.
 */
export const RUN_MOVES: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  QUEUED: ['RUNNING', 'CANCELLED'],
  RUNNING: ['PAUSED', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'],
  PAUSED: ['QUEUED', 'CANCELLED'],
  COMPLETED: [],
  PARTIAL: ['QUEUED'],
  FAILED: ['QUEUED'],
  CANCELLED: [],
};

const ENDED: readonly RunStatus[] = ['COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'];

/** Whether no section of it will be run any more, unless somebody resumes it. */
export function hasEnded(status: RunStatus): boolean {
  return ENDED.includes(status);
}

export function canBeResumed(status: RunStatus): boolean {
  return RUN_MOVES[status].includes('QUEUED');
}

/** The amount of a line, for sums over buckets. */
export function amountIn(lines: readonly BudgetLine[], bucket: BudgetLine['bucket']): Nano | undefined {
  return lines.find((line) => line.bucket === bucket)?.amount;
}
