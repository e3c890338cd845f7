/** What durations are like, as quantiles of a small histogram in which older ones weigh less and less. */

const PER_DOUBLING = 4;
/** The last one begins above four hours. */
const BINS = 24 * PER_DOUBLING;
/** After so many durations what was before counts half. */
const HALVED_AT = 512;

export class LatencyHistogram {
  private readonly bins = new Float64Array(BINS);
  private weight = 0;

  /** @param ms milliseconds; below one they count as one */
  add(ms: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(Math.log2(Math.max(ms, 1)) * PER_DOUBLING)));
    this.bins[bin] = (this.bins[bin] ?? 0) + 1;
    this.weight += 1;
    if (this.weight >= HALVED_AT) this.halve();
  }

  /** The duration that a part `share` of them does not exceed, within a tenth; null: none is known. */
  quantile(share: number): number | null {
    if (this.weight === 0) return null;
    let below = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      below += this.bins[bin] ?? 0;
      if (below >= share * this.weight) return Math.round(2 ** ((bin + 0.5) / PER_DOUBLING));
    }
    return Math.round(2 ** (BINS / PER_DOUBLING));
  }

  private halve(): void {
    for (let bin = 0; bin < BINS; bin += 1) this.bins[bin] = (this.bins[bin] ?? 0) / 2;
    this.weight /= 2;
  }
}
