/** The report of a run, from what stands in the database: as far as it is written, and why it is not whole. */

import { counted } from '../kernel/counted';
import { sumOf } from '../kernel/lists';
import { nano } from '../kernel/money';
import { BUCKETS } from '../kernel/words';
import type { BudgetLine } from '../runs/run';
import { NO_CALLS, type RunReceipt, runReceipt } from '../runs/run-receipt';
import type { RunStore } from '../runs/run-store';
import type { Briefing } from './market-data';
import { dataCheckOf } from './report/not-in-data-markdown';
import { saysCharges } from './report/receipt-markdown';
import { reportMarkdown } from './report/report';
import { reportHtml } from './report/report-html';
import type { ReportInput, ReportSection } from './report/report-input';
import type { ResearchStore } from './research-store';
import type { ResearchRun, ResearchSection, SectionCharge } from './run';

export interface ReportMeans {
  readonly research: Pick<ResearchStore, 'charges'>;
  readonly runs: Pick<RunStore, 'sums'>;
}

export async function reportInputOf(
  { research, runs }: ReportMeans,
  { run, symbol, mode, estimate }: ResearchRun,
  ofRun: readonly ResearchSection[],
  briefing: Briefing | null,
): Promise<ReportInput> {
  // The sections last: a call that is settled in between is then of its section, and never taken for one that a client attached.
  const sums = await runs.sums([run.id]);
  const charges = await research.charges([run.id]);
  const { id, status, statusReason, createdAt, startedAt, finishedAt } = run;
  const receipt = runReceipt(sums.get(id) ?? NO_CALLS);
  const sections: readonly ReportSection[] = ofRun.map(({ id: sectionId, name, title, status: stands, model, tries, content, error }) => ({
    ...{ spec: { name, title }, status: stands, model: tries === 0 ? null : model, tries, content, error },
    charge: BUCKETS.map((bucket) => ({ bucket, amount: nano(charges.get(sectionId)?.spent[bucket] ?? 0n) })),
  }));
  return {
    run: { id, symbol, mode, status, statusReason, createdAt, startedAt, finishedAt },
    briefing,
    sections,
    check: dataCheckOf({ briefing, sections }),
    receipt: { ...receipt, retriedSections: retriedSections(ofRun), retryCost: retryCost([...charges.values()]) },
    estimate,
  };
}

/** Whether the report that was kept at the end of a run is still to be shown: of its calls something may have been given back since. */
export function isKeptReportTrue({ report }: Pick<ResearchRun, 'report'>, receipt: RunReceipt): boolean {
  return report !== null && saysCharges(report, receipt);
}

export function pageOf(input: ReportInput): { readonly markdown: string; readonly html: string } {
  return { markdown: reportMarkdown(input), html: reportHtml(input) };
}

/** What tries cost whose answer was not used. */
function retryCost(charges: readonly SectionCharge[]): BudgetLine[] {
  return BUCKETS.map((bucket) => ({ bucket, amount: nano(sumOf(charges.map(({ wasted }) => wasted[bucket]))) }));
}

/** Sections that took more than one try. */
export function retriedSections(sections: readonly Pick<ResearchSection, 'tries'>[]): number {
  return sections.filter(({ tries }) => tries > 1).length;
}

/** Why a run is not whole, and what to do; null: it is. What to do comes first: causes can be longer than a reason may be. */
export function endReason(sections: readonly Pick<ResearchSection, 'title' | 'status' | 'error'>[]): string | null {
  const failed = sections.filter(({ status }) => status === 'FAILED');
  if (failed.length === 0) return null;
  const skipped = sections.filter(({ status }) => status === 'SKIPPED').length;
  const causes = failed.map(({ title, error }) => `${title} (${error ?? 'no reason is known'})`).join('; ');
  const after = skipped === 0 ? '' : `, and ${counted(skipped, 'that reads them was', 'that read them were')} skipped`;
  const wayOn = 'Mend what stands here, then resume the run: what is completed stays, and is not paid again.';
  return `${failed.length} of ${counted(sections.length, 'section')} failed${after}. ${wayOn} ${causes}`;
}
