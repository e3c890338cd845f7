/** What a report is written from. */
import type { ResearchMode, RunStatus, SectionStatus } from '../../kernel/words';
import type { BudgetLine } from '../../runs/run';
import type { RunReceipt } from '../../runs/run-receipt';
import type { DataCheck } from '../checks/not-in-data';
import type { Briefing } from '../market-data';
import type { SectionContent } from '../sections/read-section';
import type { SectionSpec } from '../sections/section';

export interface ReportRun {
  readonly id: string;
  readonly symbol: string;
  readonly mode: ResearchMode;
  readonly status: RunStatus;
  readonly statusReason: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

export interface ReportSection {
  readonly spec: Pick<SectionSpec, 'name' | 'title'>;
  readonly status: SectionStatus;
  /** As the catalog names it; null: no call was made. */
  readonly model: string | null;
  readonly tries: number;
  /** All its tries, also those that failed. */
  readonly charge: readonly BudgetLine[];
  /** null: not written. */
  readonly content: SectionContent | null;
  readonly error: string | null;
}

export interface ReportReceipt extends RunReceipt {
  readonly retriedSections: number;
  /** What tries cost whose answer was not used. Part of the charges. */
  readonly retryCost: readonly BudgetLine[];
}

/** What was said before it was spent. */
export interface ReportEstimate {
  readonly expected: readonly BudgetLine[];
  readonly ceiling: readonly BudgetLine[];
}

export interface ReportInput {
  readonly run: ReportRun;
  /** null: the market data was not read yet. */
  readonly briefing: Briefing | null;
  /** In the order of `sectionsOf`. */
  readonly sections: readonly ReportSection[];
  /** null: the market data was not read yet, or nothing is written. */
  readonly check: DataCheck | null;
  readonly receipt: ReportReceipt;
  readonly estimate: ReportEstimate | null;
}
