import { figuresIn } from './figures-in-text';

/** What is looked for, with all that it can mean. */
const measuresIn = (text: string) =>
  figuresIn(text)
    .filter(({ isMeasure }) => isMeasure)
    .map(({ written, meanings }) => [written, meanings.map(({ of, value }) => `${of} ${+value.toPrecision(12)}`)]);

describe('the figures of a text', () => {
  it.each([
    ['a close of 181.94', '181.94', ['amount 181.94']],
    ['it fell by 3.2%', '3.2%', ['percent 3.2']],
    ['between 3.1 and 3.4 %', '3.4 %', ['percent 3.4']],
    ['up 12 percent', '12 percent', ['percent 12']],
    ['by 40 basis points', '40 basis points', ['percent 0.4']],
    ['at 31.2x earnings', '31.2', ['amount 31.2']],
    ['revenue of $402.0B', '402.0B', ['amount 402000000000', 'bare 402']],
    ['revenue of 4.1 billion USD', '4.1 billion', ['amount 4100000000', 'bare 4.1']],
    ['for $150 a share', '150', ['amount 150']],
    ['for USD 150', '150', ['amount 150']],
    ['for 150 EUR', '150', ['amount 150']],
    ['a volume of 51,234,000', '51,234,000', ['amount 51234000']],
    ['a volume of 51 234 000', '51 234 000', ['amount 51234000']],
    ['a volume of 51’234’000.5', '51’234’000.5', ['amount 51234000.5']],
    ['es stieg auf 1.234,56', '1.234,56', ['amount 1234.56']],
    ['a level of 1,234', '1,234', ['amount 1234', 'amount 1.234']],
    ['a volume of 48000000.', '48000000', ['amount 48000000']],
  ])('reads of "%s" the figure %s', (text, written, meanings) => {
    expect(measuresIn(text)).toContainEqual([written, meanings]);
  });

  it.each([
    'the average of 20 days, SMA50 and the 200-day line',
    'an RSI above 70 or below 30, of 14 days',
    'on 2026-11-27, at 16:00:05, on 27.11.2026 and 11/27/26',
    'in 2025, in fiscal year 2026 and in Q3',
    'half of it, 50 %, 0 % or 100 %',
    'version 1.2.3 of 0700.HK and 9988.HK, B2B, COVID-19',
    'see https://news.example/2026/45.7/98,765',
    '12345678901234567890.5 and 3 of 5',
  ])('leaves out of "%s" what is a count, a day or a name', (text) => {
    expect(measuresIn(text)).toEqual([]);
  });

  it('takes a round number for a rounded one', () => {
    const stepOf = (text: string) => figuresIn(text)[0]?.meanings[0]?.step;
    expect(['1.25', '1.2 billion', '$182', '$180', '$1000', '0.5 %'].map(stepOf)).toEqual([0.01, 1e8, 1, 10, 100, 0.1]);
  });

  it('reads a text of digits alone once', () => {
    expect(measuresIn('9'.repeat(200_000))).toEqual([]);
    expect(measuresIn('9,'.repeat(100_000))).toEqual([]);
    expect(measuresIn('123 '.repeat(50_000))).toEqual([]);
  });
});
