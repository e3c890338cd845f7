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
