/**
 * Counts calls and failures of the last while, in slices of time: adding costs no allocation, and old slices fall out. Calls
 * of other processes count like those of this one, which alone are told on.
 */
import { WINDOW_MS } from './breaker-settings';

const SLICES = 10;
const SLICE_MS = WINDOW_MS / SLICES;

export interface Calls {
  readonly calls: number;
  readonly failures: number;
}

export class SlidingWindow {
  private readonly calls = new Float64Array(SLICES);
  private readonly failed = new Float64Array(SLICES);
  private slice = 0;
  private allCalls = 0;
  private allFailed = 0;
  private untoldCalls = 0;
  private untoldFailed = 0;

  /**
   * A call of this process.
   * @param now monotonic milliseconds, never less than the last time
   */
  add(now: number, failure: boolean): void {
    const failures = failure ? 1 : 0;
    this.count(now, 1, failures);
    this.untoldCalls += 1;
    this.untoldFailed += failures;
  }

  /** Calls of another process. When they were is not known better than that it was not long ago: they count as of now. */
  hear(now: number, { calls, failures }: Calls): void {
    this.count(now, calls, failures);
  }

  requests(now: number): number {
    this.moveTo(now);
    return this.allCalls;
  }

  failures(now: number): number {
    this.moveTo(now);
    return this.allFailed;
  }

  /** Calls of this process since they were last taken, but for those that were cleared. */
  takeUntold(): Calls {
    const untold = { calls: this.untoldCalls, failures: this.untoldFailed };
    this.untoldCalls = 0;
    this.untoldFailed = 0;
    return untold;
  }

  /** What was before counts no more: not here, and not where it would be told. */
  clear(): void {
    this.empty();
    this.takeUntold();
  }

  private count(now: number, calls: number, failures: number): void {
    this.moveTo(now);
    const at = this.slice % SLICES;
    this.calls[at] = (this.calls[at] ?? 0) + calls;
    this.failed[at] = (this.failed[at] ?? 0) + failures;
    this.allCalls += calls;
    this.allFailed += failures;
  }

  private moveTo(now: number): void {
    const slice = Math.floor(now / SLICE_MS);
    if (slice <= this.slice) return;
    if (slice - this.slice >= SLICES) this.empty();
    else for (let each = this.slice + 1; each <= slice; each += 1) this.forget(each % SLICES);
    this.slice = slice;
  }

  private empty(): void {
    this.calls.fill(0);
    this.failed.fill(0);
    this.allCalls = 0;
    this.allFailed = 0;
  }

  private forget(at: number): void {
    this.allCalls -= this.calls[at] ?? 0;
    this.allFailed -= this.failed[at] ?? 0;
    this.calls[at] = 0;
    this.failed[at] = 0;
  }
}
