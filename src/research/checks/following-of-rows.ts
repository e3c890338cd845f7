/** What is said of rows of prices: changes of days and up to the last one, ranges, averages of the last days, places within a range. */
import type { Briefing } from '../market-data';
import { barsGiven } from '../sections/briefing-text';
import { type Following, NOTHING_FOLLOWS, ofPair, together } from './two-numbers';

const TRADING_DAYS = 252;

/** Of the rows that the models were given. */
export function followingOfRows({ bars, indicators }: Pick<Briefing, 'bars' | 'indicators'>): Following {
  const rows = barsGiven({ bars });
  const last = rows.at(-1);
  if (last === undefined) return NOTHING_FOLLOWS;
  const closes = rows.map(({ close }) => close);
  const volumes = rows.map(({ volume }) => volume);
  const changes = rows.flatMap(({ close, high, low }, index) => [
    ofPair(close, closes[index - 1] ?? close),
    ofPair(last.close, close),
    ofPair(high, low),
  ]);
  const usual = averagesOf(volumes);
  const { high52Weeks, low52Weeks, bollingerLower, bollingerUpper, volatility20Percent } = indicators;
  return together([
    ...changes,
    ...usual.map((average) => ofPair(last.volume, average)),
    ...[5, 10, 20].map((days) => ofPair(averageOf(volumes.slice(-days)), averageOf(volumes.slice(0, -days)))),
    ...placesIn(low52Weeks, high52Weeks, last.close),
    ...placesIn(bollingerLower, bollingerUpper, last.close),
    ...placesIn(Math.min(...rows.map(({ low }) => low)), Math.max(...rows.map(({ high }) => high)), last.close),
    ...placesIn(Math.min(...closes), Math.max(...closes), last.close),
    { amounts: [...averagesOf(closes), ...usual], percents: [(volatility20Percent ?? 0) / Math.sqrt(TRADING_DAYS)] },
  ]);
}

/** How wide a range is, and where within it a price is. */
function placesIn(low: number | null, high: number | null, price: number): Following[] {
  if (low === null || high === null) return [];
  const place = (price - low) / (high - low);
  const within = { amounts: [place, (low + high) / 2], percents: [place * 100, 100 - place * 100] };
  return [ofPair(high, low), ofPair(price, low), ofPair(price, high), within];
}

/** Of the last so many days, and of those before them. */
function averagesOf(numbers: readonly number[]): number[] {
  return numbers.flatMap((_, count) =>
    count === 0 ? [averageOf(numbers)] : [averageOf(numbers.slice(-count)), averageOf(numbers.slice(0, -count))],
  );
}

/** NaN of none, which nothing equals. */
function averageOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
