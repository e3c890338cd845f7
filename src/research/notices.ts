/** What readers must know of market data before they believe a word of a report. */
import type { Bar } from './bar';
import type { MarketRecord } from './market-data';

const DAY_MS = 86_400_000;
/** A weekend with a holiday on each side. */
const GAP_DAYS = 5;
const STALE_DAYS = 5;
const LONG_AVERAGE = 200;
/** A close that moved by more in a day is more often an unadjusted split than a market. */
const JUMP = 0.4;
const SHOWN = 3;

/** @param record with clean bars, of which there is one at least */
export function noticesOf(record: MarketRecord, dropped: number, now: number): string[] {
  const { provider, synthetic, bars, fundamentals, news } = record;
  return [
    ...(synthetic ? [`All data of "${provider}" is synthetic: made up for demonstration, of no real instrument.`] : []),
    ...(dropped > 0
      ? [`${dropped} ${dropped === 1 ? 'day was' : 'days were'} left out because the prices are incomplete or impossible.`]
      : []),
    ...(synthetic ? [] : staleness(bars, now)),
    ...(bars.length < LONG_AVERAGE
      ? [
          `There ${bars.length === 1 ? 'is only 1 daily bar' : `are only ${bars.length} daily bars`}: indicators that need more, such as the average of 200 days, are not known.`,
        ]
      : []),
    ...listed(gapsOf(bars), 'gaps'),
    ...listed(jumpsOf(bars), 'jumps'),
    ...(bars.every(({ volume }) => volume === 0) ? ['The provider gives no volume.'] : []),
    ...(fundamentals === null ? [`"${provider}" has no fundamentals of this symbol.`] : []),
    ...(news === null ? [`"${provider}" has no news of this symbol.`] : []),
  ];
}

function staleness(bars: readonly Bar[], now: number): string[] {
  const date = bars.at(-1)?.date ?? '';
  const days = Math.floor((now - Date.parse(date)) / DAY_MS);
  // An exchange may be in tomorrow already.
  if (days < -1) return [`The last day of the prices is ${date}, after this report: their dates or the clock of the gateway are wrong.`];
  return days > STALE_DAYS ? [`The prices are stale: the last day is ${date}, ${days} days before this report.`] : [];
}

function gapsOf(bars: readonly Bar[]): string[] {
  return pairs(bars).flatMap(([before, after]) => {
    const days = Math.round((Date.parse(after.date) - Date.parse(before.date)) / DAY_MS);
    return days > GAP_DAYS ? [`There are no prices between ${before.date} and ${after.date}, for ${days - 1} days with weekends.`] : [];
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
  return all.length <= SHOWN ? [...all] : [...all.slice(0, SHOWN), `There are ${all.length - SHOWN} more such ${what}.`];
}

function pairs(bars: readonly Bar[]): (readonly [Bar, Bar])[] {
  return bars.slice(1).flatMap((after, index) => {
    const before = bars[index];
    return before === undefined ? [] : [[before, after] as const];
  });
}
