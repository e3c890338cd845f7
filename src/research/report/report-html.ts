/** The report as one page that needs nothing else: no network, no script, and a policy that forbids both. */
import type { Briefing } from '../market-data';
import { notInDataMarkdown, notInDataNotice } from './not-in-data-markdown';
import { price, priceChart } from './price-chart';
import { amounts, receiptMarkdown } from './receipt-markdown';
import { bodyMarkdown, dataMarkdown, instant, RESEARCH_NOTICE } from './report';
import type { ReportInput } from './report-input';
import { REPORT_STYLE } from './report-style';
import { escapeHtml, htmlOfMarkdown } from './safe-html';
import { spendCharts } from './spend-chart';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The same text as `reportMarkdown`, with charts. Whatever models and providers wrote stays text. */
export function reportHtml(input: ReportInput): string {
  const { run, briefing, sections, check, receipt } = input;
  const title = `Research: ${run.symbol}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...headHtml(input),
    ...(briefing === null ? [] : [tiles(briefing, amounts(receipt.charges)), priceChart(briefing)]),
    htmlOfMarkdown([...bodyMarkdown(input), ...notInDataMarkdown(check)].join('\n\n')),
    htmlOfMarkdown(receiptMarkdown(input)),
    spendCharts(sections),
    htmlOfMarkdown(dataMarkdown(input)),
    `<footer>${escapeHtml(RESEARCH_NOTICE)}</footer>`,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function headHtml({ run, briefing, check }: ReportInput): string[] {
  const name = briefing?.name ?? null;
  const facts = [
    run.mode,
    run.status,
    ...(briefing === null ? [] : [`data of ${briefing.provider} up to ${briefing.bars.at(-1)?.date}`]),
    instant(run.finishedAt ?? run.startedAt ?? run.createdAt),
  ];
  const strange = notInDataNotice(check);
  const notice = (text: string, more = '') => `<p class="notice${more}">${escapeHtml(text)}</p>`;
  return [
    '<header>',
    `<h1>${escapeHtml(run.symbol)}${name === null ? '' : ` <span class="muted">${escapeHtml(name)}</span>`}</h1>`,
    `<p class="facts">${facts.map(escapeHtml).join(' · ')}</p>`,
    ...(run.statusReason === null ? [] : [notice(run.statusReason, ' strong')]),
    ...(briefing?.synthetic === true
      ? [notice('Synthetic data: every price, figure and headline was made up for demonstration.', ' strong')]
      : []),
    ...(strange === null ? [] : [notice(strange, ' strong')]),
    notice(RESEARCH_NOTICE),
    '</header>',
  ];
}

function tiles({ bars, currency, indicators }: Briefing, charged: string): string {
  const percent = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
  const rows: readonly (readonly [string, number | null, (value: number) => string])[] = [
    [`Last close${currency === null ? '' : `, ${currency}`}`, bars.at(-1)?.close ?? null, price],
    ['20 days', indicators.return20Percent, percent],
    ['RSI (14)', indicators.rsi14, (value) => value.toFixed(0)],
    ['Volatility, 20 days', indicators.volatility20Percent, (value) => `${value.toFixed(1)} %`],
    ['From its high', indicators.drawdownFromHighPercent, percent],
  ];
  const tile = (title: string, value: string) => `<div><dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)}</dd></div>`;
  const shown = rows.map(([title, value, print]) => tile(title, value === null ? 'not known' : print(value)));
  return `<dl class="tiles">\n${[...shown, tile('This report cost', charged)].join('\n')}\n</dl>`;
}
