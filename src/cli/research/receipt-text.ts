/** The receipt of a run as the command prints it: exact, and every retry and move with what it cost. */
import { counted } from '../../kernel/counted';
import { currencyOf } from '../../kernel/words';
import { amountsText } from './amounts';
import type { EndView } from './queries';

export function receiptText({ id, symbol, status, statusReason, estimate, held, sections, receipt }: EndView): string {
  const { requests, attempts, failedAttempts, fallbacks, retriedSections, usage, charges, refunds, retryCost, byModel } = receipt;
  return [
    `Receipt of ${symbol}, run ${id}: ${status}`,
    ...(statusReason === null ? [] : [`  ${statusReason}`]),
    `  charged     ${amountsText(charges)}`,
    ...(amountsText(refunds) === '0' ? [] : [`  refunded    ${amountsText(refunds)} of that, by the operator`]),
    ...(amountsText(held) === '0'
      ? []
      : [`  reserved    ${amountsText(held)} by calls in flight, and charged for what they use: --follow ${id} tells later`]),
    `  estimated   ${amountsText(estimate.expected)}, at most ${amountsText(estimate.ceiling)}${againstEstimate(receipt.estimateError)}`,
    `  calls       ${requests}, with ${counted(attempts, 'attempt')}, ${failedAttempts} of them failed; ${counted(usage.inputTokens, 'token')} in, ${usage.outputTokens} out`,
    `  retries     ${counted(retriedSections, 'section')} tried again; answers that were not used cost ${amountsText(retryCost)}`,
    `  fallbacks   ${counted(fallbacks, 'move')} to another channel${receipt.fallbackCost === null ? '' : `, which cost ${amountsText(receipt.fallbackCost)} more than the primary would have`}`,
    '',
    'By section',
    ...columns(
      sections.map((section) => [section.title, section.status, counted(section.tries, 'try', 'tries'), amountsText(section.charge)]),
    ),
    '',
    'By model',
    ...columns(
      byModel.map(({ model, bucket, requests: calls, charge }) => [
        model,
        bucket,
        counted(calls, 'call'),
        `${charge} ${currencyOf(bucket)}`,
      ]),
    ),
  ].join('\n');
}

function againstEstimate(error: number | null): string {
  if (error === null) return '';
  const percent = Math.round(Math.abs(error) * 100);
  return percent === 0 ? ': as expected' : `: ${percent} % ${error < 0 ? 'less' : 'more'} than expected`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
