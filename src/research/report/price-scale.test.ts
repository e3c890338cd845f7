import { fc } from '../../../test/support/properties';
import { linearScale, monthTicks, roundTicks, WHOLE } from './price-scale';

describe('the scale of a chart', () => {
  it('has two to six round ticks within any two prices', () => {
    const prices = fc.tuple(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.double({ min: 1.001, max: 50, noNaN: true }));
    fc.assert(
      fc.property(prices, ([low, factor]) => {
        const high = low * factor;
        const ticks = roundTicks(low, high);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        const slack = (high - low) * 1e-6;
        for (const tick of ticks) expect(tick >= low - slack && tick <= high + slack).toBe(true);
      }),
    );
  });

  it('puts the largest value at the top and every value within', () => {
    const scale = linearScale(10, 30, [], true);
    expect([10, 20, 30].map((value) => scale.place(value))).toEqual([WHOLE, WHOLE / 2, 0]);
    expect(Number.isFinite(linearScale(5, 5, [], true).place(5))).toBe(true);
  });

  it('names at most six months, whatever the span', () => {
    const from = Date.UTC(2024, 10, 20);
    expect(monthTicks(from, Date.UTC(2025, 0, 31)).map((tick) => new Date(tick).toISOString().slice(0, 10))).toEqual([
      '2024-12-01',
      '2025-01-01',
    ]);
    for (const years of [1, 2, 5]) expect(monthTicks(from, from + years * 366 * 86_400_000).length).toBeLessThanOrEqual(6);
  });
});
