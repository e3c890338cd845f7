/** From what a provider has of a symbol to a briefing: cleaned, measured, and with everything said that is wrong with it. */
import { cleanBars } from './clean-bars';
import { indicatorValues } from './indicators/indicators';
import type { Briefing, MarketRecord, NewsItem, Source } from './market-data';
import { noticesOf } from './notices';

const NEWS_MAX = 20;
/** Two years: more is in no chart and in no prompt, and every run keeps its briefing. */
const BARS_MAX = 520;

/** @returns null when not one bar is usable: the caller knows what to say */
export function makeBriefing(record: MarketRecord, now: number): Briefing | null {
  const { bars: all, dropped } = cleanBars(record.bars);
  const bars = all.slice(-BARS_MAX);
  if (bars.length === 0) return null;
  const { symbol, name, currency, provider, synthetic } = record;
  const fundamentals = record.fundamentals?.length === 0 ? null : record.fundamentals;
  const news = record.news?.length === 0 ? null : (record.news?.toSorted(byDateDown).slice(0, NEWS_MAX) ?? null);
  const clean = { ...record, bars, fundamentals, news };
  return {
    ...{ symbol, name, currency, provider, synthetic, bars, fundamentals, news },
    fetchedAt: new Date(now).toISOString(),
    indicators: indicatorValues(bars),
    sources: sourcesOf(clean),
    notices: [...noticesOf(clean, dropped, now), ...record.troubles],
  };
}

function sourcesOf({ provider, bars, fundamentals, news }: MarketRecord): Source[] {
  const periods = [...new Set((fundamentals ?? []).flatMap(({ period }) => (period === null ? [] : [period])))];
  return [
    {
      what: 'Daily prices',
      provider,
      covers: `${bars[0]?.date} to ${bars.at(-1)?.date}, ${bars.length} ${bars.length === 1 ? 'day' : 'days'}`,
    },
    ...(fundamentals === null
      ? []
      : [{ what: 'Fundamentals', provider, covers: periods.length === 0 ? 'no period given' : periods.join(', ') }]),
    ...(news === null
      ? []
      : [
          {
            what: 'News',
            provider,
            covers: `${news.length} ${news.length === 1 ? 'item' : 'items'}, ${news.at(-1)?.date} to ${news[0]?.date}`,
          },
        ]),
  ];
}

function byDateDown(one: NewsItem, other: NewsItem): number {
  return other.date.localeCompare(one.date);
}
