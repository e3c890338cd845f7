import { fc } from '../../../test/support/properties';
import { sampleBriefing } from '../../../test/support/sample-briefing';
import { briefingWith, risingBars } from '../../../test/support/section-answers';
import type { Briefing } from '../market-data';
import { asGiven, barsGiven } from '../sections/briefing-text';
import type { SectionContent } from '../sections/read-section';
import { checkAgainstData } from './not-in-data';

const summary = (text: string) => ({ spec: { name: 'summary', title: 'Summary' }, content: { summary: text } });
const section = (title: string, content: SectionContent) => ({ spec: { name: title, title }, content });
const writtenIn = (briefing: Briefing, ...texts: readonly string[]) =>
  checkAgainstData(briefing, texts.map(summary)).claims.map(({ written }) => written);

/** As a careful model writes of the sample: what it was given, also rounded, and what follows from two of its figures. */
const CAREFUL = [
  'On 2025-12-31 DEMO closed below its 20-day average of 119.824 and its 200-day average of about 129.4, within a yearly range of 90.76 to 146.4.',
  'The RSI(14) of 41.8 is between 30 and 70; the MACD is -1.08 against a signal of −1.07, and the histogram is -0.0071.',
  'Over 5, 20 and 60 days it moved by 0.1 %, -2.93 % and −6.5 percent; over all 260 days it gained 17.3 %.',
  'The price is 18.7% below its highest close; the deepest fall was 19.66 %. Annualised volatility is near 15 %.',
  'The averages of 20 and 50 days are 1.75 apart, and the year spans 55.64 USD, or 61.3 % of its low of $90.76.',
  'Revenue was 4.1 billion USD (fiscal year 2025), up 9.2%, and USD 4,100 million is 4.1bn; the margin of 17.8 % leaves 82.2 % of costs.',
  'Free cash flow of 0.52 billion is 12.7 % of revenue, and net debt of $310 million is 0.6 years of it. At 22.4x earnings it is not cheap.',
  'News of 2025-12-04: “A large customer of Demo Instruments delays orders”. The company says that "output is to rise by a fifth … costs weigh".',
  'A calmer market, say half the volatility, would take 3 of 4 quarters; 100 % of it is synthetic.',
];

describe('what a report says that stands in none of its data', () => {
  it('is nothing of what a careful model writes', async () => {
    const check = checkAgainstData(await sampleBriefing(), CAREFUL.map(summary));
    expect(check.claims).toEqual([]);
    expect(check.looked).toBeGreaterThan(30);
  });

  it('is every figure, day, headline and citation that a model made up, with its words and all the sections that say so', async () => {
    const news = [
      { headline: 'A large customer of Demo Instruments delays orders', date: '2025-12-04', reading: 'r', tone: 'negative' },
      { headline: 'Demo Instruments raises outlook for the year', date: '2025-11-14', reading: 'r', tone: 'positive' },
      { headline: 'Demo Instruments wins a court case in Japan', date: '2025-12-20', reading: 'r', tone: 'positive' },
    ];
    const { claims } = checkAgainstData(await sampleBriefing(), [
      section('Technical view', {
        signals: [
          { indicator: 'RSI', reading: '63', meaning: 'm' },
          { indicator: 'SMA 50', reading: '121.57', meaning: 'm' },
        ],
        levels: [
          { price: 133, kind: 'resistance', why: 'w' },
          { price: 146.4, kind: 'resistance', why: 'w' },
        ],
      }),
      section('Fundamentals', { summary: 'Revenue rose to 7.35 billion USD, and the gross margin is 71.35 %.' }),
      section('News', { items: news }),
      section('Bull case', {
        summary: 'With 7.35 billion of revenue, results on 2026-02-11 will tell. "We see the best year ever", says its head.',
      }),
      section('Summary', { summary: 'The gross margin is 71.35%.' }),
    ]);
    expect(claims.map(({ kind, written, sections }) => [kind, written, sections])).toEqual([
      ['figure', '63', ['Technical view']],
      ['figure', '133', ['Technical view']],
      ['figure', '7.35 billion', ['Fundamentals', 'Bull case']],
      ['figure', '71.35 %', ['Fundamentals', 'Summary']],
      ['day', '2025-11-14', ['News']],
      ['headline', 'Demo Instruments wins a court case in Japan', ['News']],
      ['citation', 'We see the best year ever', ['Bull case']],
      ['day', '2026-02-11', ['Bull case']],
    ]);
    expect(claims[3]?.around).toBe('Revenue rose to 7.35 billion USD, and the gross margin is 71.35 %.');
  });

  it('is each headline where the provider has no news, and each figure where it has no fundamentals', () => {
    const briefing = briefingWith({ news: null, fundamentals: null });
    expect(writtenIn(briefing, 'It earned 4.1 billion USD.')).toEqual(['4.1 billion']);
    const { claims } = checkAgainstData(briefing, [section('News', { items: [{ headline: 'Acme opens', date: '2026-09-01' }] })]);
    expect(claims.map(({ kind, written }) => [kind, written])).toEqual([['headline', 'Acme opens']]);
  });

  it('is never a figure of the data, however it is rounded and written', async () => {
    const briefing = await sampleBriefing();
    const { close, high, low } = barsGiven(briefing).at(-1) ?? { close: 1, high: 1, low: 1 };
    const values = [...Object.values(briefing.indicators).filter((value) => value !== null), close, high, low].map(
      (value) => +asGiven(value),
    );
    const cases = fc.record({
      value: fc.constantFrom(...values),
      digits: fc.nat(4),
      sign: fc.constantFrom('', '+', '~', '≈ ', '('),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ value, digits, sign, cut }) => {
        const size = Math.abs(value);
        const written = cut
          ? size
              .toFixed(8)
              .slice(0, digits - 8 || undefined)
              .replace(/\.$/, '')
          : size.toFixed(digits);
        expect(writtenIn(briefing, `It stands at ${sign}${written}, as given.`)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is never what another section says in its own words, nor a term in quotes', () => {
    const own = section('Debate', { summary: 'The bulls lean on growth that nobody has measured.' });
    const quoting = section('Summary', {
      summary: 'The debate finds that “the bulls lean on growth that nobody has measured”; it is "risk on".',
    });
    expect(checkAgainstData(briefingWith(), [own, quoting]).claims).toEqual([]);
  });

  it('is never the symbol or the name, and nothing at all of sections that are not written', () => {
    const briefing = briefingWith({ symbol: '7203.5T', name: 'Fund 2.75 % of 2031' });
    expect(writtenIn(briefing, 'Of 7203.5T, the Fund 2.75 % of 2031.')).toEqual([]);
    expect(checkAgainstData(briefing, [{ spec: { name: 'summary', title: 'Summary' }, content: null }])).toEqual({ looked: 0, claims: [] });
  });

  it.each([
    ['figures', '4.75 billion of 98.7654 % '.repeat(7_000)],
    ['citations', '"a b c d e f g h" '.repeat(11_000)],
    ['marks', '"“«'.repeat(60_000)],
    ['blanks', ' '.repeat(190_000)],
  ])('is told of an answer as long as there can be of %s, without keeping others waiting for long', (_what, text) => {
    const { claims } = checkAgainstData(briefingWith({ bars: risingBars(520) }), [summary(text)]);
    expect(claims.length).toBeLessThan(5);
  });
});
