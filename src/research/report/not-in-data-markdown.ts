/** What a report says that stands in none of its data, as its readers are shown it: in a line at its head, and in a part of its own. */
import { counted } from '../../kernel/counted';
import { clipped } from '../../kernel/shown';
import { type ClaimNotInData, checkAgainstData, type DataCheck } from '../checks/not-in-data';
import { inline, table } from './plain-markdown';
import type { ReportInput } from './report-input';

const SHOWN_MAX = 60;
const WRITTEN_MAX = 120;
const PLACE = 'Not in the data';

const KINDS: Readonly<Record<ClaimNotInData['kind'], string>> = {
  figure: 'Figure',
  day: 'Day',
  headline: 'Headline',
  citation: 'Citation',
};

const METHOD =
  'Looked for were figures with a fraction, a percent sign, a unit, a currency or thousands, also rounded, days of the calendar, the headlines of ' +
  'the news and longer citations, in all that the models were given; of prices, indicators and figures also what follows from two of them, such ' +
  'as a change, a ratio or an average. What was found may still be put to the wrong use: check it against the tables below.';

/** null: there is no data yet, or nothing is written. */
export function dataCheckOf({ briefing, sections }: Pick<ReportInput, 'briefing' | 'sections'>): DataCheck | null {
  if (briefing === null || sections.every(({ content }) => content === null)) return null;
  return checkAgainstData(briefing, sections);
}

/** For the head of the report; null: there is nothing to warn of. */
export function notInDataNotice(check: DataCheck | null): string | null {
  const count = check?.claims.length ?? 0;
  if (count === 0) return null;
  const what = count === 1 ? 'One figure, day, headline or citation' : `${count} figures, days, headlines or citations`;
  return `${what} of this report ${count === 1 ? 'stands' : 'stand'} in none of the data that the models were given: see "${PLACE}".`;
}

function allThere(looked: number): string {
  return looked === 1
    ? 'Nothing: the one that could be looked for is there.'
    : `Nothing: all ${looked} that could be looked for are there.`;
}

/** Empty where nothing could be looked at. */
export function notInDataMarkdown(check: DataCheck | null): string[] {
  if (check === null) return [];
  const { looked, claims } = check;
  const heading = `## ${PLACE}`;
  if (claims.length === 0)
    return [heading, looked === 0 ? 'No figure was written that could be looked for.' : `${allThere(looked)} ${METHOD}`];
  const rows = claims
    .slice(0, SHOWN_MAX)
    .map(({ kind, written, around, sections }) => [
      KINDS[kind],
      inline(clipped(written, WRITTEN_MAX)),
      sections.map(inline).join(', '),
      around === null ? '–' : inline(around),
    ]);
  const more = claims.length - rows.length;
  return [
    heading,
    `The models wrote what follows although it stands in none of the data that they were given: it was worked out in some other way, or made up.`,
    table(['What', 'As written', 'Where', 'In the words'], rows),
    ...(more > 0 ? [`Left out here: ${counted(more, 'more such claim')}.`] : []),
    METHOD,
  ];
}
