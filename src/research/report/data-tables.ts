/** What the models were given of the data, as they were given it: whoever reads their words can check the figures in them. */
import type { IndicatorValues } from '../indicators/indicators';
import type { Briefing } from '../market-data';
import { asGiven, barsGiven } from '../sections/briefing-text';
import { inline, table } from './plain-markdown';

type Unit = 'price' | 'percent' | 'none';

const INDICATORS: Readonly<Record<keyof IndicatorValues, readonly [title: string, unit: Unit]>> = {
  sma20: ['Average of 20 days (SMA)', 'price'],
  sma50: ['Average of 50 days (SMA)', 'price'],
  sma200: ['Average of 200 days (SMA)', 'price'],
  ema20: ['Exponential average of 20 days (EMA)', 'price'],
  ema50: ['Exponential average of 50 days (EMA)', 'price'],
  ema200: ['Exponential average of 200 days (EMA)', 'price'],
  rsi14: ['Relative strength of 14 days (RSI), 0 to 100', 'none'],
  macd: ['MACD, EMA of 12 days less that of 26', 'price'],
  macdSignal: ['MACD signal, its EMA of 9 days', 'price'],
  macdHistogram: ['MACD less its signal', 'price'],
  bollingerLower: ['Bollinger band (20, 2), lower', 'price'],
  bollingerMiddle: ['Bollinger band (20, 2), middle', 'price'],
  bollingerUpper: ['Bollinger band (20, 2), upper', 'price'],
  atr14: ['Average true range of 14 days (ATR)', 'price'],
  volatility20Percent: ['Volatility of 20 days, for a year', 'percent'],
  maxDrawdownPercent: ['Deepest fall from a high, over all days', 'percent'],
  drawdownFromHighPercent: ['From the highest close', 'percent'],
  return5Percent: ['Change over 5 days', 'percent'],
  return20Percent: ['Change over 20 days', 'percent'],
  return60Percent: ['Change over 60 days', 'percent'],
  returnAllPercent: ['Change over all days', 'percent'],
  high52Weeks: ['Highest price of 252 days', 'price'],
  low52Weeks: ['Lowest price of 252 days', 'price'],
};

const METHOD =
  'By closes, and the ATR and the highest and lowest price by highs and lows. An EMA begins with the first of these closes; the RSI and the ATR ' +
  'are smoothed as Wilder does it; the band is by the deviation of its 20 closes (divided by 20), the volatility by that of 20 daily log returns ' +
  '(divided by 19), times the root of 252.';

/** Each with its unit, at the last day of the prices. */
export function indicatorTable({ bars, currency, indicators }: Briefing): string {
  const [first, last] = [bars[0], bars.at(-1)];
  const unitOf: Readonly<Record<Unit, string>> = { price: inline(currency ?? 'as the prices'), percent: '%', none: '' };
  const rows = Object.entries(INDICATORS).map(([name, [title, unit]]) => {
    const value = indicators[name as keyof IndicatorValues];
    return [title, value === null ? 'not known' : asGiven(value), value === null ? '' : unitOf[unit]];
  });
  const span = `Computed by the gateway from ${bars.length === 1 ? 'the one daily bar' : `the ${bars.length} daily bars`} of ${first?.date} to ${last?.date}, to six digits, from 10000 on to two behind the point, as the models were given them. ${METHOD}`;
  return [span, table([`At ${last?.date}`, 'Value', 'Unit'], [['Close', asGiven(last?.close ?? 0), unitOf.price], ...rows], 1)].join(
    '\n\n',
  );
}

/** Empty where the provider has none. */
export function figureTable({ fundamentals }: Pick<Briefing, 'fundamentals'>): string {
  const rows = (fundamentals ?? []).map(({ label, value, period }) => [inline(label), inline(value), inline(period ?? 'not given')]);
  return rows.length === 0 ? '' : table(['Figure', 'Value', 'Period'], rows);
}

/** New to old: the rows that a model reads of the prices. */
export function priceTable(briefing: Pick<Briefing, 'bars'>): string {
  const rows = barsGiven(briefing).map(({ date, open, high, low, close, volume }) => {
    return [date, ...[open, high, low, close].map(asGiven), `${volume}`];
  });
  return table(['Day', 'Open', 'High', 'Low', 'Close', 'Volume'], rows.reverse(), 1);
}
