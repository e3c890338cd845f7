/** Where values lie in a chart, and which of them are written at its edge. Places are parts of a thousand. */

export const WHOLE = 1_000;

export interface Scale {
  /** From 0 at the left or top to `WHOLE` at the right or bottom. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** @param inverted the largest value lies at 0 */
export function linearScale(low: number, high: number, ticks: readonly number[], inverted: boolean): Scale {
  const span = high - low || 1;
  return {
    place: (value) => {
      const part = ((value - low) / span) * WHOLE;
      return inverted ? WHOLE - part : part;
    },
    ticks,
  };
}

/** Round numbers between two values: two to six of them. */
export function roundTicks(low: number, high: number): number[] {
  const raw = (high - low || Math.abs(high) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

/** The first days of months between two instants: at most six, evenly spread. */
export function monthTicks(fromMs: number, toMs: number): number[] {
  const from = new Date(fromMs);
  const months: number[] = [];
  for (let month = from.getUTCMonth() + 1; ; month += 1) {
    const first = Date.UTC(from.getUTCFullYear(), month, 1);
    if (first > toMs) break;
    months.push(first);
  }
  const every = Math.ceil(months.length / 6);
  return months.filter((_, index) => index % every === 0);
}
