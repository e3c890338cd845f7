/** What charts and prompts say of prices. Nothing is filled in: an indicator with too little history is null. */
import { ATR, BollingerBands, EMA, MACD, RSI, SMA } from 'trading-signals';
import type { Bar } from '../bar';
import { type ReturnsAndRisk, returnsAndRisk } from './returns';

/** Values at the last bar, in the currency of the prices unless the name says percent. */
export interface IndicatorValues extends ReturnsAndRisk {
  readonly sma20: number | null;
  readonly sma50: number | null;
  readonly sma200: number | null;
  readonly ema20: number | null;
  readonly ema50: number | null;
  readonly ema200: number | null;
  /** 0 to 100; null also where nothing has moved: there is neither strength nor weakness. */
  readonly rsi14: number | null;
  readonly macd: number | null;
  readonly macdSignal: number | null;
  readonly macdHistogram: number | null;
  readonly bollingerLower: number | null;
  readonly bollingerMiddle: number | null;
  readonly bollingerUpper: number | null;
  readonly atr14: number | null;
}

/** One value a bar, null while there is too little history. */
export interface IndicatorSeries {
  readonly sma20: readonly (number | null)[];
  readonly sma50: readonly (number | null)[];
  readonly sma200: readonly (number | null)[];
  readonly bollingerLower: readonly (number | null)[];
  readonly bollingerUpper: readonly (number | null)[];
}

const BANDS = 20;
const DEVIATIONS = 2;

export function indicatorValues(bars: readonly Bar[]): IndicatorValues {
  const closes = bars.map(({ close }) => close);
  const signal = new EMA(9);
  const macd = new MACD(new EMA(12), new EMA(26), signal);
  const atr = new ATR(14);
  for (const close of closes) macd.add(close);
  for (const bar of bars) atr.add(bar);
  const macdNow = stableResult(macd);
  // Its first value is that MACD itself, and the histogram 0: no average of nine days.
  const signalNow = signal.isStable ? macdNow : null;
  const bandsNow = bandsAt(closes).at(-1) ?? null;
  return {
    ...{ sma20: last(new SMA(20), closes), sma50: last(new SMA(50), closes), sma200: last(new SMA(200), closes) },
    ...{ ema20: last(new EMA(20), closes), ema50: last(new EMA(50), closes), ema200: last(new EMA(200), closes) },
    rsi14: closes.every((close) => close === closes[0]) ? null : last(new RSI(14), closes),
    ...{ macd: macdNow?.macd ?? null, macdSignal: signalNow?.signal ?? null, macdHistogram: signalNow?.histogram ?? null },
    bollingerLower: bandsNow?.lower ?? null,
    bollingerMiddle: bandsNow?.middle ?? null,
    bollingerUpper: bandsNow?.upper ?? null,
    atr14: stableResult(atr),
    ...returnsAndRisk(bars),
  };
}

export function indicatorSeries(bars: readonly Bar[]): IndicatorSeries {
  const closes = bars.map(({ close }) => close);
  const bands = bandsAt(closes);
  return {
    sma20: series(new SMA(20), closes),
    sma50: series(new SMA(50), closes),
    sma200: series(new SMA(200), closes),
    bollingerLower: bands.map((band) => band?.lower ?? null),
    bollingerUpper: bands.map((band) => band?.upper ?? null),
  };
}

/** The library gives no band before a close falls out of its window: one that stands before the first is the one that does so in time. */
function bandsAt(closes: readonly number[]): ReturnType<BollingerBands['add']>[] {
  const bands = new BollingerBands(BANDS, DEVIATIONS);
  for (const close of closes.slice(0, 1)) bands.add(close);
  return closes.map((close) => bands.add(close));
}

interface Indicator<T> {
  readonly isStable: boolean;
  add(value: number): T | null;
  getResult(): T | null;
}

function series(indicator: Indicator<number>, values: readonly number[]): (number | null)[] {
  return values.map((value) => {
    indicator.add(value);
    return stableResult(indicator);
  });
}

function last(indicator: Indicator<number>, values: readonly number[]): number | null {
  return series(indicator, values).at(-1) ?? null;
}

/** Some indicators give a value before they have seen enough. */
function stableResult<T>(indicator: Pick<Indicator<T>, 'isStable' | 'getResult'>): T | null {
  return indicator.isStable ? indicator.getResult() : null;
}
