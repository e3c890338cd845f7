/** One trading day. Prices are market prices, no money of ours: floats, in the currency of the briefing. */
export interface Bar {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether it is `YYYY-MM-DD`, and a day that there is: none is the 30th of February. */
export function isDay(text: string): boolean {
  const at = DAY.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
