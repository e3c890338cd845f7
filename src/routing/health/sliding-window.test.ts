import { fc } from '../../../test/support/properties';
import { WINDOW_MS } from './breaker-settings';
import { LatencyHistogram } from './latency-histogram';
import { SlidingWindow } from './sliding-window';

describe('a sliding window', () => {
  it('counts what is surely within it, here or elsewhere, and nothing that is surely out of it', () => {
    const call = fc.record({ wait: fc.integer({ min: 0, max: 12_000 }), failed: fc.boolean(), where: fc.constantFrom('here', 'there') });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (history) => {
        const window = new SlidingWindow();
        const seen: { readonly at: number; readonly failed: boolean }[] = [];
        let now = 0;
        for (const { wait, failed, where } of history) {
          now += wait;
          const count = { here: () => window.add(now, failed), there: () => window.hear(now, { calls: 1, failures: Number(failed) }) };
          count[where]();
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

  it('gives what was counted here once, without what was heard or cleared, however long ago it was', () => {
    const window = new SlidingWindow();
    window.add(0, true);
    window.clear();
    window.add(1, true);
    window.add(2, false);
    window.hear(3, { calls: 5, failures: 5 });
    expect(window.requests(100_000)).toBe(0);
    expect([window.takeUntold(), window.takeUntold()]).toEqual([
      { calls: 2, failures: 1 },
      { calls: 0, failures: 0 },
    ]);
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

  it('is the same elsewhere, however many are told at once', () => {
    const [here, there] = [new LatencyHistogram(), new LatencyHistogram()];
    for (let call = 0; call < 10_000; call += 1) here.add(1 + ((call * 617) % 1_000));
    there.hear(here.takeUntold());
    expect(here.takeUntold()).toEqual([]);
    for (const share of [0.05, 0.5, 0.95]) expect(there.quantile(share)).toBe(here.quantile(share));
    expect(there.takeUntold()).toEqual([]);
  });
});
