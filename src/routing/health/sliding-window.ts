/** Counts calls and failures of the last while, in slices of time: adding costs no allocation, and old slices fall out. */
import { WINDOW_MS } from './breaker-settings';

const SLICES = 10;
const SLICE_MS = WINDOW_MS / SLICES;

export class SlidingWindow {
  private readonly calls = new Int32Array(SLICES);
  private readonly failed = new Int32Array(SLICES);
  private slice = 0;
  private allCalls = 0;
  private allFailed = 0;

  /** @param now monotonic milliseconds, never less than the last time */
  add(now: number, failure: boolean): void {
    this.moveTo(now);
    const at = this.slice % SLICES;
    this.calls[at] = (this.calls[at] ?? 0) + 1;
    this.allCalls += 1;
    if (!failure) return;
    this.failed[at] = (this.failed[at] ?? 0) + 1;
    this.allFailed += 1;
  }

  requests(now: number): number {
    this.moveTo(now);
    return this.allCalls;
  }

  failures(now: number): number {
    this.moveTo(now);
    return this.allFailed;
  }

  clear(): void {
    this.calls.fill(0);
    this.failed.fill(0);
    this.allCalls = 0;
    this.allFailed = 0;
  }

  private moveTo(now: number): void {
    const slice = Math.floor(now / SLICE_MS);
    if (slice <= this.slice) return;
    if (slice - this.slice >= SLICES) this.clear();
    else for (let each = this.slice + 1; each <= slice; each += 1) this.forget(each % SLICES);
    this.slice = slice;
  }

  private forget(at: number): void {
    this.allCalls -= this.calls[at] ?? 0;
    this.allFailed -= this.failed[at] ?? 0;
    this.calls[at] = 0;
    this.failed[at] = 0;
  }
}
