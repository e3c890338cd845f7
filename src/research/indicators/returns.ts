/** Returns, volatility and drawdown, by closes. In percent; null where there is too little history. */
import type { Bar } from '../bar';

const TRADING_DAYS = 252;
const VOLATILITY_DAYS = 20;
const YEAR = 252;

export interface ReturnsAndRisk {
  /** Standard deviation of the daily log returns of the last 20 days, times the root of 252. */
  readonly volatility20Percent: number | null;
  /** The deepest fall from a high to a later low, over all bars, by closes. */
  readonly maxDrawdownPercent: number | null;
  readonly drawdownFromHighPercent: number | null;
  readonly return5Percent: number | null;
  readonly return20Percent: number | null;
  readonly return60Percent: number | null;
  /** From the first to the last bar. */
  readonly returnAllPercent: number | null;
  readonly high52Weeks: number | null;
  readonly low52Weeks: number | null;
}

export function returnsAndRisk(bars: readonly Bar[]): ReturnsAndRisk {
  const closes = bars.map(({ close }) => close);
  const year = bars.slice(-YEAR);
  const whole = year.length === YEAR;
  return {
    volatility20Percent: volatility(closes.slice(-VOLATILITY_DAYS - 1)),
    ...drawdowns(closes),
    return5Percent: returnOver(closes, 5),
    return20Percent: returnOver(closes, 20),
    return60Percent: returnOver(closes, 60),
    returnAllPercent: returnOver(closes, closes.length - 1),
    high52Weeks: whole ? Math.max(...year.map(({ high }) => high)) : null,
    low52Weeks: whole ? Math.min(...year.map(({ low }) => low)) : null,
  };
}

function returnOver(closes: readonly number[], days: number): number | null {
  const now = closes.at(-1);
  const then = closes.at(-1 - days);
  return now === undefined || then === undefined || days < 1 ? null : (now / then - 1) * 100;
}

function volatility(closes: readonly number[]): number | null {
  if (closes.length <= VOLATILITY_DAYS) return null;
  const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));
  const mean = sumOf(returns) / returns.length;
  const variance = sumOf(returns.map((each) => (each - mean) ** 2)) / (returns.length - 1);
  return Math.sqrt(variance * TRADING_DAYS) * 100;
}

function drawdowns(closes: readonly number[]): Pick<ReturnsAndRisk, 'maxDrawdownPercent' | 'drawdownFromHighPercent'> {
  if (closes.length < 2) return { maxDrawdownPercent: null, drawdownFromHighPercent: null };
  let high = 0;
  let deepest = 0;
  let now = 0;
  for (const close of closes) {
    high = Math.max(high, close);
    now = (close / high - 1) * 100;
    deepest = Math.min(deepest, now);
  }
  return { maxDrawdownPercent: deepest, drawdownFromHighPercent: now };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
