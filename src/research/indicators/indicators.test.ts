import { risingBars } from '../../../test/support/section-answers';
import type { Bar } from '../bar';
import { indicatorSeries, indicatorValues } from './indicators';

const flat = (closes: readonly number[]): Bar[] =>
  closes.map((close, index) => ({ ...(risingBars(index + 1)[index] as Bar), open: close, high: close, low: close, close }));

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe('indicators', () => {
  it('are what their definitions say, for prices that rise by one a day', () => {
    const values = indicatorValues(risingBars(260));
    const last = 100 + 259;
    expect(values.sma20).toBeCloseTo(last - 9.5);
    expect(values.sma50).toBeCloseTo(last - 24.5);
    expect(values.sma200).toBeCloseTo(last - 99.5);
    expect(values.rsi14).toBe(100);
    expect(values.atr14).toBeCloseTo(2);
    expect(values.bollingerMiddle).toBeCloseTo(last - 9.5);
    expect((values.bollingerUpper ?? 0) - (values.bollingerMiddle ?? 0)).toBeCloseTo(2 * Math.sqrt((20 ** 2 - 1) / 12));
    expect(values.macd).toBeCloseTo(7, 0);
    expect(values.return20Percent).toBeCloseTo((last / (last - 20) - 1) * 100);
    expect([values.high52Weeks, values.low52Weeks]).toEqual([last + 1, 100 + 8 - 1]);
    expect([values.maxDrawdownPercent, values.drawdownFromHighPercent]).toEqual([0, 0]);
  });

  it('measure the deepest fall, and the distance from the high', () => {
    const { maxDrawdownPercent, drawdownFromHighPercent } = indicatorValues(flat([100, 200, 50, 150]));
    expect([maxDrawdownPercent, drawdownFromHighPercent]).toEqual([-75, -25]);
  });

  it('know no volatility where nothing moves, and call that neither strong nor weak', () => {
    expect(indicatorValues(flat(new Array(30).fill(100)))).toMatchObject({ volatility20Percent: 0, rsi14: null });
  });

  it('are null where there is too little history, each at its own number of days', () => {
    const known = (days: number) =>
      Object.entries(indicatorValues(risingBars(days)))
        .filter(([, value]) => value !== null)
        .map(([name]) => name);
    expect(known(1)).toEqual([]);
    expect(known(19)).not.toContain('sma20');
    expect(known(21)).toEqual(expect.arrayContaining(['sma20', 'ema20', 'bollingerUpper', 'atr14', 'rsi14', 'return5Percent']));
    expect(known(199)).not.toEqual(expect.arrayContaining(['sma200']));
    expect(known(199)).not.toContain('ema200');
    expect(known(200)).toEqual(expect.arrayContaining(['sma200', 'ema200']));
    expect(known(251)).not.toContain('high52Weeks');
  });

  it('begin with the day that their definitions need, and then with what these say of it', () => {
    const closes = [...new Array(20).keys()].map((day) => 100 + ((day * 7) % 11));
    const [mean, squares] = [sumOf(closes) / 20, sumOf(closes.map((close) => close ** 2)) / 20];
    const { bollingerMiddle, bollingerUpper, bollingerLower } = indicatorValues(flat(closes));
    expect(bollingerMiddle).toBeCloseTo(mean);
    expect(bollingerUpper).toBeCloseTo(mean + 2 * Math.sqrt(squares - mean ** 2));
    expect(bollingerLower).toBeCloseTo(mean - 2 * Math.sqrt(squares - mean ** 2));
    expect(indicatorValues(flat(closes.slice(1)))).toMatchObject({ bollingerLower: null, bollingerMiddle: null, bollingerUpper: null });
    // An average of nine days has none before the ninth: with the first day alone it is the MACD itself, and the histogram 0.
    expect(indicatorValues(risingBars(25))).toMatchObject({ macd: null });
    expect(indicatorValues(risingBars(33))).toMatchObject({ macd: expect.any(Number), macdSignal: null, macdHistogram: null });
    expect(indicatorValues(risingBars(34))).toMatchObject({ macdSignal: expect.any(Number), macdHistogram: expect.any(Number) });
  });

  it('have a value for each bar of a series, or none', () => {
    const series = indicatorSeries(risingBars(60));
    for (const values of Object.values(series)) expect(values).toHaveLength(60);
    expect(series.bollingerLower.findIndex((value) => value !== null)).toBe(19);
    expect(series.sma50.filter((value) => value !== null)).toHaveLength(11);
    expect(series.sma200.every((value) => value === null)).toBe(true);
  });
});
