import fc from 'fast-check';
import { WINDOW_MS } from './breaker-settings';
import { LatencyHistogram } from './latency-histogram';
import { SlidingWindow } from './sliding-window';

describe('a sliding window', () => {
  it('counts what is surely within it, and nothing that is surely out of it', () => {
    const calls = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 12_000 }), failed: fc.boolean() }), { maxLength: 100 });
    fc.assert(
      fc.property(calls, (history) => {
        const window = new SlidingWindow();
        const seen: { readonly at: number; readonly failed: boolean }[] = [];
        let now = 0;
        for (const { wait, failed } of history) {
          now += wait;
          window.add(now, failed);
          seen.push({ at: now, failed });
          const surely = seen.filter(({ at }) => at > now - WINDOW_MS * 0.9);
          const perhaps = seen.filter(({ at }) => at > now - WINDOW_MS);
          const failures = (of: typeof seen) => of.filter((call) => call.failed).length;
          expect(window.requests(now)).toBeGreaterThanOrEqual(surely.length);
          expect(window.requests(now)).toBeLessThanOrEqual(perhaps.length);
          expect(window.failures(now)).toBeGreaterThanOrEqual(failures(surely));
          expect(window.failures(now)).toBeLessThanOrEqual(failures(perhaps));
        }
      }),
    );
  });
});

describe('a histogram of durations', () => {
  it('gives quantiles within a tenth', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 400; ms += 1) histogram.add(ms);
    for (const [share, ms] of [
      [0.5, 200],
      [0.95, 380],
    ] as const) {
      expect(Math.abs((histogram.quantile(share) ?? 0) / ms - 1)).toBeLessThan(0.1);
    }
  });

  it('follows a change, and knows nothing before the first one', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.quantile(0.5)).toBeNull();
    for (let call = 0; call < 5_000; call += 1) histogram.add(100);
    for (let call = 0; call < 1_000; call += 1) histogram.add(10_000);
    expect(histogram.quantile(0.5)).toBeGreaterThan(5_000);
  });
});
