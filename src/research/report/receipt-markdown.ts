/** What a run cost, in the same report that it paid for: by section, by model, and against what was estimated. Exact. */
import { sumOf } from '../../kernel/lists';
import { money, nano } from '../../kernel/money';
import { BUCKETS, type Bucket } from '../../kernel/words';
import type { BudgetLine } from '../../runs/run';
import { amountIn } from '../run';
import { inline, table } from './plain-markdown';
import type { ReportInput, ReportReceipt } from './report-input';

const HEADING = '## Receipt';
const MONEY_LINE = /^- (?:Charged|Given back of that): /;

export function receiptMarkdown({ run, sections, receipt, estimate }: ReportInput): string {
  const { usage } = receipt;
  const bySection = sections.map(({ spec, status, model, tries, charge }) => [
    spec.title,
    status,
    model === null ? '–' : inline(model),
    String(tries),
    amounts(charge),
  ]);
  const attached = attachedBeside(sections, receipt);
  if (attached !== '0') bySection.push(['Calls that clients attached to the run', '–', '–', '–', attached]);
  const byModel = receipt.byModel.map(({ model, bucket, requests, charge }) => [
    inline(model),
    bucket,
    String(requests),
    money(charge, bucket),
  ]);
  const totals = [
    moneyLines(receipt),
    ...(estimate === null ? [] : [`- Estimated before: ${amounts(estimate.expected)}, at most ${amounts(estimate.ceiling)}`]),
    `- Calls: ${receipt.requests}, attempts: ${receipt.attempts} (${receipt.failedAttempts} failed), moves to a backup: ${receipt.fallbacks}`,
    `- Sections tried again: ${receipt.retriedSections}; answers that were not used cost ${amounts(receipt.retryCost)}`,
    `- Tokens: ${usage.inputTokens} input (${usage.cachedInputTokens} cached), ${usage.outputTokens} output`,
    `- Run: \`${run.id}\``,
  ];
  return [
    HEADING,
    totals.join('\n'),
    '**By section**',
    table(['Section', 'State', 'Model', 'Tries', 'Charge'], bySection, 3),
    ...(byModel.length === 0 ? [] : ['**By model**', table(['Model', 'Balance', 'Calls', 'Charge'], byModel, 2)]),
  ].join('\n\n');
}

/** What calls were charged that are of no section: clients may attach their own to a run (`x-forge-run`), and its budget pays for them. */
function attachedBeside(sections: ReportInput['sections'], { charges }: Pick<ReportReceipt, 'charges'>): string {
  const ofSections = (bucket: Bucket) => sumOf(sections.map(({ charge }) => amountIn(charge, bucket) ?? 0n));
  const rest = charges.map(({ bucket, amount }) => ({ bucket, amount: nano(amount - ofSections(bucket)) }));
  return amounts(rest.filter(({ amount }) => amount > 0n));
}

/** What was charged, and what of that was given back. */
function moneyLines({ charges, refunds }: Pick<ReportReceipt, 'charges' | 'refunds'>): string {
  const back = amounts(refunds);
  return [`- Charged: **${amounts(charges)}**`, ...(back === '0' ? [] : [`- Given back of that: ${back}`])].join('\n');
}

/** Whether a report that was written before still says what its run was charged, and what was given back of it by now. */
export function saysCharges(markdown: string, receipt: Pick<ReportReceipt, 'charges' | 'refunds'>): boolean {
  // What models wrote stands before it, and cannot begin a heading.
  const lines = markdown.slice(markdown.lastIndexOf(`\n${HEADING}\n`)).split('\n');
  return lines.filter((line) => MONEY_LINE.test(line)).join('\n') === moneyLines(receipt);
}

/** Buckets that have something, in one line; the currencies are never added up. */
export function amounts(lines: readonly BudgetLine[]): string {
  const some = BUCKETS.flatMap((bucket) => lines.filter((line) => line.bucket === bucket && line.amount !== 0n));
  if (some.length === 0) return '0';
  return some.map(({ bucket, amount }) => `${money(amount, bucket)} (${bucket})`).join(' + ');
}
