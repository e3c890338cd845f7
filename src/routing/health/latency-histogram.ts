/**
 * What durations are like, as quantiles of a small histogram in which older ones weigh less and less. Those of other
 * processes are added bin by bin; what is told to them is what was measured here.
 */

const PER_DOUBLING = 4;
/** The last one begins above four hours. */
export const LATENCY_BINS = 24 * PER_DOUBLING;
/** After so many durations what was before counts half. */
const HALVED_AT = 512;

/** How many durations fell into a bin. */
export type BinCount = readonly [bin: number, count: number];

export class LatencyHistogram {
  private readonly bins = new Float64Array(LATENCY_BINS);
  private weight = 0;
  private readonly untoldBins = new Float64Array(LATENCY_BINS);
  private untold = 0;

  get isEmpty(): boolean {
    return this.weight === 0;
  }

  /** @param ms milliseconds; below one they count as one */
  add(ms: number): void {
    const bin = Math.min(LATENCY_BINS - 1, Math.max(0, Math.floor(Math.log2(Math.max(ms, 1)) * PER_DOUBLING)));
    this.untoldBins[bin] = (this.untoldBins[bin] ?? 0) + 1;
    this.untold += 1;
    this.count(bin, 1);
    if (this.weight >= HALVED_AT) this.halve();
  }

  /** Durations that another process measured. */
  hear(counts: readonly BinCount[]): void {
    for (const [bin, count] of counts) this.count(bin, count);
    // Behind all of them: they came together, and none of them is older than another.
    while (this.weight >= HALVED_AT) this.halve();
  }

  /** Durations that were measured here since they were last taken, without the bins into which none fell. */
  takeUntold(): BinCount[] {
    const counts: BinCount[] = [];
    if (this.untold === 0) return counts;
    for (const [bin, count] of this.untoldBins.entries()) if (count > 0) counts.push([bin, count]);
    this.untoldBins.fill(0);
    this.untold = 0;
    return counts;
  }

  /** The duration that a part `share` of them does not exceed, within a tenth; null: none is known. */
  quantile(share: number): number | null {
    if (this.isEmpty) return null;
    let below = 0;
    for (let bin = 0; bin < LATENCY_BINS; bin += 1) {
      below += this.bins[bin] ?? 0;
      if (below >= share * this.weight) return Math.round(2 ** ((bin + 0.5) / PER_DOUBLING));
    }
    return Math.round(2 ** (LATENCY_BINS / PER_DOUBLING));
  }

  private count(bin: number, count: number): void {
    this.bins[bin] = (this.bins[bin] ?? 0) + count;
    this.weight += count;
  }

  private halve(): void {
    for (let bin = 0; bin < LATENCY_BINS; bin += 1) this.bins[bin] = (this.bins[bin] ?? 0) / 2;
    this.weight /= 2;
  }
}
