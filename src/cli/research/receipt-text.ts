/** The receipt of a run as the command prints it: exact, and every retry and move with what it cost. */
import { counted } from '../../kernel/counted';
import { sumOf } from '../../kernel/lists';
import { formatDecimal, parseDecimal } from '../../kernel/money';
import { type Bucket, currencyOf } from '../../kernel/words';
import { amountsText } from './amounts';
import { oneLine } from './plain';
import type { Amount, EndView } from './queries';

export function receiptText({ id, symbol, status, statusReason, estimate, held, sections, receipt }: EndView): string {
  const { requests, attempts, failedAttempts, fallbacks, retriedSections, usage, charges, refunds, retryCost, byModel } = receipt;
  return [
    `Receipt of ${symbol}, run ${id}: ${status}`,
    ...(statusReason === null ? [] : [`  ${oneLine(statusReason)}`]),
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
    ...columns([
      ...sections.map((section) => [section.title, section.status, counted(section.tries, 'try', 'tries'), amountsText(section.charge)]),
      ...attachedRow(sections, charges),
    ]),
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

/** Clients may attach calls of their own to a run: they are of no section, and paid from its budget. */
function attachedRow(sections: EndView['sections'], charges: readonly Amount[]): string[][] {
  const ofSections = (bucket: Bucket) => sections.flatMap(({ charge }) => charge.filter((each) => each.bucket === bucket));
  const sum = (amounts: readonly Amount[]) => sumOf(amounts.map(({ amount }) => parseDecimal(amount) ?? 0n));
  const rest = charges.map((charge) => ({ ...charge, units: sum([charge]) - sum(ofSections(charge.bucket)) }));
  const attached = rest.filter(({ units }) => units > 0n).map((each) => ({ ...each, amount: formatDecimal(each.units) }));
  return attached.length === 0 ? [] : [['Attached by clients', '', '', amountsText(attached)]];
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
