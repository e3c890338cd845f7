/** A briefing as a model reads it: what there is, and in words what there is not. */
import type { Bar } from '../bar';
import type { Briefing } from '../market-data';

export type DataPart = 'prices' | 'indicators' | 'fundamentals' | 'news';

const BARS_SHOWN = 30;
const DIGITS = 6;
/** From here on six digits say less than a price: one of a share, an index or a currency has cents. */
const LARGE = 10_000;
const NONE = 'The provider has none. Say so; do not fill it in from memory.';

/** The instrument with the notices of its data, and then each part. */
export function dataText(briefing: Briefing, parts: readonly DataPart[]): string[] {
  return [tagged('instrument', instrument(briefing)), ...parts.map((part) => tagged(part, PARTS[part](briefing)))];
}

/** The last days of the prices: the rows of them that a model reads. */
export function barsGiven({ bars }: Pick<Briefing, 'bars'>): Bar[] {
  return bars.slice(-BARS_SHOWN);
}

/** A price or an indicator, as a model reads it. */
export function asGiven(value: number): string {
  return `${Math.abs(value) < LARGE ? +value.toPrecision(DIGITS) : +value.toFixed(2)}`;
}

const PARTS: Readonly<Record<DataPart, (briefing: Briefing) => string>> = {
  prices: ({ bars }) => ['date,open,high,low,close,volume', ...barsGiven({ bars }).map(barLine)].join('\n'),
  indicators: ({ indicators }) =>
    Object.entries(indicators)
      .map(
        ([name, value]: [string, number | null]) =>
          `${name}: ${value === null ? 'not known: too little history, or no movement' : asGiven(value)}`,
      )
      .join('\n'),
  fundamentals: ({ fundamentals }) =>
    fundamentals?.map(({ label, value, period }) => `${label}: ${value}${period === null ? '' : ` (${period})`}`).join('\n') ?? NONE,
  news: ({ news }) =>
    news?.map(({ date, headline, publisher, excerpt }) => JSON.stringify({ date, headline, publisher, excerpt })).join('\n') ?? NONE,
};

function instrument({ symbol, name, currency, provider, bars, notices }: Briefing): string {
  return [
    `symbol: ${symbol}`,
    `name: ${name ?? 'not known'}`,
    `currency: ${currency ?? 'not known'}`,
    `data: ${bars.length} daily bars of ${provider}, ${bars[0]?.date} to ${bars.at(-1)?.date}`,
    'notices:',
    ...(notices.length === 0 ? ['- none'] : notices.map((notice) => `- ${notice}`)),
  ].join('\n');
}

function barLine({ date, open, high, low, close, volume }: Bar): string {
  return [date, ...[open, high, low, close].map(asGiven), volume].join(',');
}

/** Text of a provider cannot end its own block. */
function tagged(name: string, content: string): string {
  return `<${name}>\n${content.replaceAll('</', '< /')}\n</${name}>`;
}
