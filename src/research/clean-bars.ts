import { type Bar, isDay } from './bar';

/** Bars that can be, and how many could not. */
export interface CleanBars {
  /** Old to new, one a day, each with prices that can be. */
  readonly bars: readonly Bar[];
  /** How many days were left out because they, or their prices, cannot be. */
  readonly dropped: number;
  /** How many days stood there with other prices as well, which were not taken. */
  readonly contradicted: number;
}

/** Sorts, keeps the last bar of a day, and drops what cannot be. Nothing is repaired or interpolated. */
export function cleanBars(raw: readonly Bar[]): CleanBars {
  const possible = raw.filter(canBe);
  const byDate = new Map(possible.map((bar) => [bar.date, bar]));
  const contradicted = new Set(possible.filter((bar) => differs(bar, byDate.get(bar.date))).map(({ date }) => date));
  const bars = [...byDate.values()].toSorted((one, other) => one.date.localeCompare(other.date));
  return { bars, dropped: raw.length - possible.length, contradicted: contradicted.size };
}

function differs(bar: Bar, taken: Bar | undefined): boolean {
  return (['open', 'high', 'low', 'close', 'volume'] as const).some((name) => bar[name] !== taken?.[name]);
}

function canBe({ date, open, high, low, close, volume }: Bar): boolean {
  const prices = [open, high, low, close];
  return (
    isDay(date) &&
    prices.every((price) => Number.isFinite(price) && price > 0) &&
    Number.isFinite(volume) &&
    volume >= 0 &&
    high >= Math.max(open, close, low) &&
    low <= Math.min(open, close)
  );
}
