/** The report of a run, as far as it is written: Markdown for readers and for other programs. */
import { sectionMarkdown } from '../sections/section-markdown';
import { figureTable, indicatorTable, priceTable } from './data-tables';
import { notInDataMarkdown, notInDataNotice } from './not-in-data-markdown';
import { inline } from './plain-markdown';
import { receiptMarkdown } from './receipt-markdown';
import type { ReportInput, ReportSection } from './report-input';

/** Stands in every report. */
export const RESEARCH_NOTICE =
  'Research only, not financial advice: no offer, and no recommendation to buy or sell anything. Language models wrote this report from ' +
  'the data named in it; both may be wrong or out of date. Check everything that you rely on.';

/** What readers want first, although it is written last. */
const FIRST = 'summary';

/** The whole report. Nothing of a section that is not written is made up: it says why it is not there. */
export function reportMarkdown(input: ReportInput): string {
  const parts = [
    headMarkdown(input),
    ...bodyMarkdown(input),
    ...notInDataMarkdown(input.check),
    dataMarkdown(input),
    receiptMarkdown(input),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Title, notice and where the run stands. */
function headMarkdown({ run, briefing, check }: ReportInput): string {
  const name = briefing?.name ?? null;
  const state = run.statusReason === null ? run.status : `${run.status}: ${inline(run.statusReason)}`;
  const facts = [
    `Mode ${run.mode}`,
    `state ${state}`,
    ...(briefing === null ? [] : [`data of ${inline(briefing.provider)} up to ${briefing.bars.at(-1)?.date ?? 'no day'}`]),
    `started ${instant(run.startedAt ?? run.createdAt)}`,
  ];
  const title = `# Research: ${inline(run.symbol)}${name === null ? '' : ` — ${inline(name)}`}`;
  const synthetic =
    briefing?.synthetic === true ? ['> **Synthetic data.** Every price, figure and headline below was made up for demonstration.'] : [];
  const strange = notInDataNotice(check);
  const warned = strange === null ? [] : [`> **${strange}**`];
  return [title, `> **${RESEARCH_NOTICE}**`, ...synthetic, ...warned, `${facts.join(' · ')}`].join('\n\n');
}

/** A part for each section, the summary first. */
export function bodyMarkdown({ sections }: Pick<ReportInput, 'sections'>): string[] {
  const ordered = [...sections.filter(({ spec }) => spec.name === FIRST), ...sections.filter(({ spec }) => spec.name !== FIRST)];
  return ordered.map((section) => `## ${section.spec.title}\n\n${contentOf(section)}`);
}

/** What is wrong with the data, and the data itself: where it comes from, and what the models were given of it. */
export function dataMarkdown({ briefing }: Pick<ReportInput, 'briefing'>): string {
  if (briefing === null) return '## Data\n\nThe market data was not read yet.';
  const notices = briefing.notices.length === 0 ? ['None.'] : briefing.notices.map((notice) => `- ${inline(notice)}`);
  const sources = briefing.sources.map(({ what, provider, covers }) => `- ${inline(what)}: ${inline(provider)}, ${inline(covers)}`);
  const news = (briefing.news ?? []).map(({ date, headline, publisher, url }) => {
    const shown = url === null ? inline(headline) : `[${inline(headline).replaceAll(/[[\]]/g, '')}](<${asDestination(url)}>)`;
    return `- ${date} ${shown}${publisher === null ? '' : `, ${inline(publisher)}`}`;
  });
  const figures = figureTable(briefing);
  return [
    '## Notices of the data',
    notices.join('\n'),
    '## Indicators',
    indicatorTable(briefing),
    '## Sources',
    [...sources, `- Fetched ${instant(Date.parse(briefing.fetchedAt))}`].join('\n'),
    ...(figures === '' ? [] : ['**Figures that the provider gave**', figures]),
    ...(news.length === 0 ? [] : ['**News that the provider gave**', news.join('\n')]),
    '**The last prices, as the models were given them**',
    priceTable(briefing),
  ].join('\n\n');
}

function contentOf({ spec, status, content, error, tries }: ReportSection): string {
  if (content !== null) return sectionMarkdown(spec, content);
  if (status === 'FAILED') return `*This section could not be written after ${tries} tries: ${inline(error ?? 'no reason is known')}*`;
  if (status === 'SKIPPED') return `*This section was left out: ${inline(error ?? 'no reason is known')}*`;
  return '*This section is not written yet.*';
}

/** The address as it stands, its escapes included: only what would end it in Markdown, or be read as another letter there, is written as its code. */
function asDestination(url: string): string {
  return url.replaceAll(/[<>\\\s]/g, encodeURIComponent).replaceAll(/&(?=#?\w+;)/g, '&amp;');
}

/** In UTC, to the second: `2026-11-28 06:55:49 UTC`. */
export function instant(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
