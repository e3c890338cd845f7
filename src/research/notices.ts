/** What readers must know of market data before they believe a word of a report. */
import { counted } from '../kernel/counted';
import { DAY_MS } from '../kernel/times';
import type { Bar } from './bar';
import type { CleanBars } from './clean-bars';
import type { MarketRecord, NewsItem } from './market-data';

/** A weekend with a holiday on each side. */
const GAP_DAYS = 5;
const STALE_DAYS = 5;
const OLD_NEWS_DAYS = 30;
const LONG_AVERAGE = 200;
/** A close that moved by more in a day is more often an unadjusted split than a market. */
const JUMP = 0.4;
const SHOWN = 3;

/** @param record with clean bars, of which there is one at least */
export function noticesOf(record: MarketRecord, { dropped, contradicted }: Omit<CleanBars, 'bars'>, now: number): string[] {
  const { provider, synthetic, bars, fundamentals, news } = record;
  return [
    ...(synthetic ? [`All data of "${provider}" is synthetic: made up for demonstration, of no real instrument.`] : []),
    ...(dropped > 0
      ? [`${counted(dropped, 'day was', 'days were')} left out because the date or the prices are incomplete or impossible.`]
      : []),
    ...(contradicted > 0
      ? [
          `${counted(contradicted, 'day stands', 'days stand')} there more than once, with different prices: the last row of a day is taken.`,
        ]
      : []),
    ...(synthetic ? [] : staleness(bars, now)),
    ...(bars.length < LONG_AVERAGE
      ? [
          `There ${bars.length === 1 ? 'is' : 'are'} only ${counted(bars.length, 'daily bar')}: indicators that need more, such as the average of 200 days, are not known.`,
        ]
      : []),
    ...listed(gapsOf(bars), 'gap'),
    ...listed(jumpsOf(bars), 'jump'),
    ...(bars.every(({ volume }) => volume === 0) ? ['The provider gives no volume.'] : []),
    ...(fundamentals === null ? [`"${provider}" has no fundamentals of this symbol.`] : []),
    ...(news === null ? [`"${provider}" has no news of this symbol.`] : synthetic ? [] : agesOf(news, now)),
  ];
}

function staleness(bars: readonly Bar[], now: number): string[] {
  const date = bars.at(-1)?.date ?? '';
  const days = daysSince(date, now);
  // An exchange may be in tomorrow already.
  if (days < -1) return [`The last day of the prices is ${date}, after this report: their dates or the clock of the gateway are wrong.`];
  if (days <= 0)
    return [`The last day, ${date}, is the day of this report: where trading goes on, its prices and indicators still change.`];
  return days > STALE_DAYS ? [`The prices are stale: the last day is ${date}, ${days} days before this report.`] : [];
}

function agesOf(news: readonly NewsItem[], now: number): string[] {
  const ages = news.map(({ date }) => daysSince(date, now));
  const toCome = ages.filter((days) => days < -1).length;
  const newest = Math.min(...ages);
  return [
    ...(toCome > 0
      ? [`${counted(toCome, 'item of the news is', 'items of the news are')} dated after this report: their dates are wrong.`]
      : []),
    ...(newest > OLD_NEWS_DAYS ? [`The news are old: the newest is ${newest} days before this report.`] : []),
  ];
}

/** Below zero: it is still to come. */
function daysSince(day: string, now: number): number {
  return Math.floor((now - Date.parse(day)) / DAY_MS);
}

function gapsOf(bars: readonly Bar[]): string[] {
  return pairs(bars).flatMap(([before, after]) => {
    const days = Math.round((Date.parse(after.date) - Date.parse(before.date)) / DAY_MS);
    return days > GAP_DAYS
      ? [`There are no prices between ${before.date} and ${after.date}, for ${counted(days - 1, 'day')} with weekends.`]
      : [];
  });
}

function jumpsOf(bars: readonly Bar[]): string[] {
  return pairs(bars).flatMap(([before, after]) => {
    const change = after.close / before.close - 1;
    if (Math.abs(change) <= JUMP) return [];
    return [`On ${after.date} the close moved by ${(change * 100).toFixed(0)} %: perhaps a split that the prices are not adjusted for.`];
  });
}

function listed(all: readonly string[], what: string): string[] {
  return all.length <= SHOWN ? [...all] : [...all.slice(0, SHOWN), `Left out here: ${counted(all.length - SHOWN, `more such ${what}`)}.`];
}

function pairs(bars: readonly Bar[]): (readonly [Bar, Bar])[] {
  return bars.slice(1).flatMap((after, index) => {
    const before = bars[index];
    return before === undefined ? [] : [[before, after] as const];
  });
}
