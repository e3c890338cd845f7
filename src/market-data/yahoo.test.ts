import { chartAnswer, newsAnswer, notFound, scriptedYahoo, summaryAnswer, type YahooScript } from '../../test/support/yahoo-answers';
import { YahooMarketData } from './yahoo';

const NOW = Date.UTC(2026, 10, 27, 22);
const clock = { now: () => NOW };
const whole: YahooScript = { chart: () => chartAnswer(NOW, 260, [40]), quoteSummary: summaryAnswer, search: newsAnswer };

function yahoo(script: Partial<YahooScript> = {}) {
  const { fetch, asked } = scriptedYahoo({ ...whole, ...script });
  return { data: new YahooMarketData(clock, fetch), asked };
}

describe('market data of Yahoo', () => {
  it('gives prices by the days of the exchange, figures and news as they came', async () => {
    const { data, asked } = yahoo();
    const briefing = await data.briefing('acme');
    expect(briefing).toMatchObject({ symbol: 'ACME', name: 'Acme Inc.', currency: 'USD', provider: 'yahoo', synthetic: false });
    expect(briefing.bars).toHaveLength(259);
    expect(briefing.bars.at(-1)).toEqual({ date: '2026-11-27', open: 229.3, high: 230.5, low: 228.5, close: 229.5, volume: 5_000 });
    expect(briefing.fundamentals).toEqual(
      expect.arrayContaining([
        { label: 'Market capitalisation', value: '1.25B', period: 'now' },
        { label: 'Revenue', value: '402M', period: 'trailing twelve months' },
        { label: 'Revenue growth', value: '6.1 %', period: 'last quarter, over a year' },
      ]),
    );
    expect(briefing.fundamentals?.map(({ label }) => label)).not.toContain('Dividend yield');
    expect(briefing.news?.map(({ headline, url }) => [headline, url])).toEqual([
      ['Acme closes', null],
      ['Acme opens', 'https://news.example/acme'],
    ]);
    expect(asked).toContain('query2.finance.yahoo.com/v8/finance/chart/ACME');
  });

  it('says how many days had no prices, and fills none of them', async () => {
    const briefing = await yahoo().data.briefing('ACME');
    expect(briefing.notices).toContain('1 day was left out because the date or the prices are incomplete or impossible.');
  });

  it('refuses a symbol that Yahoo does not know', async () => {
    await expect(yahoo({ chart: notFound }).data.briefing('NOPE')).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: expect.stringContaining('has no NOPE'),
      detail: { param: 'symbol' },
    });
  });

  it.each([500, 429])('is temporarily unavailable where Yahoo answers %i for prices, and prints nothing', async (status) => {
    const written: unknown[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => written.push(text) > 0;
    try {
      const failing = yahoo({ chart: () => new Response('busy', { status }) }).data.briefing('ACME');
      await expect(failing).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    } finally {
      process.stderr.write = write;
    }
    expect(written).toEqual([]);
  });

  it('is unavailable where prices come in another shape', async () => {
    const odd = () => Response.json({ chart: { result: [{ meta: {}, timestamp: [1], indicators: { quote: [{}] } }], error: null } });
    await expect(yahoo({ chart: odd }).data.briefing('ACME')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('has a briefing without fundamentals and news, which says so', async () => {
    const failing = () => new Response('', { status: 401 });
    const briefing = await yahoo({ quoteSummary: failing, search: failing }).data.briefing('ACME');
    expect([briefing.fundamentals, briefing.news]).toEqual([null, null]);
    expect(briefing.notices).toEqual(
      expect.arrayContaining([
        '"yahoo" has no news of this symbol.',
        'Yahoo Finance was asked for fundamentals and gave none (status 401).',
        'Yahoo Finance was asked for news and gave none (status 401).',
      ]),
    );
  });
});
