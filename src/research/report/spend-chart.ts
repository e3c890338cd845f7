/** What each section cost, one chart for each balance that was used: yuan and dollars are never measured by one rule. */
import { sumOf } from '../../kernel/lists';
import { formatDecimal } from '../../kernel/money';
import { BUCKETS, type Bucket, currencyOf } from '../../kernel/words';
import type { ReportSection } from './report-input';
import { escapeHtml } from './safe-html';

const WHOLE = 1_000n;

/** HTML; empty when nothing was charged. */
export function spendCharts(sections: readonly ReportSection[]): string {
  return BUCKETS.map((bucket) => spendChart(sections, bucket)).join('');
}

function spendChart(sections: readonly ReportSection[], bucket: Bucket): string {
  const spent = sections.flatMap(({ spec, charge, tries }) => {
    const amount = sumOf(charge.filter((line) => line.bucket === bucket).map((line) => line.amount));
    return amount === 0n ? [] : [{ title: spec.title, amount, tries }];
  });
  if (spent.length === 0) return '';
  const most = spent.reduce((max, { amount }) => (amount > max ? amount : max), 1n);
  const rows = spent.map(({ title, amount, tries }) => {
    // The only place where an amount becomes a length: nobody reads a sum off it.
    const width = `${(amount * WHOLE) / most}`;
    const again = tries > 1 ? ` <small>(${tries} tries)</small>` : '';
    return [
      `<div class="spend"><span>${escapeHtml(title)}${again}</span><span class="amount">${formatDecimal(amount)}</span>`,
      `<svg viewBox="0 0 ${WHOLE} 10" preserveAspectRatio="none" aria-hidden="true">`,
      `<rect class="track" width="${WHOLE}" height="10"/><rect class="${bucket.toLowerCase()}" width="${width}" height="10"/></svg></div>`,
    ].join('');
  });
  return `<figure class="spends"><figcaption>Spend by section, ${bucket}, ${currencyOf(bucket)}</figcaption>\n${rows.join('\n')}\n</figure>\n`;
}
