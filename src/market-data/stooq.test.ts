import { StooqMarketData } from './stooq';

const NOW = Date.UTC(2026, 10, 27, 22);
const HEADER = 'Date,Open,High,Low,Close,Volume\r\n';
const ROWS = '2026-11-25,10,11,9,10.5,100\r\n2026-11-26,11,12,10,11.5,200\r\n';

/** Answers in the place of Stooq, and keeps what it was asked for. */
function stooq(answer: () => Response | Promise<Response>, apiKey: string | null = 'key') {
  const asked: URL[] = [];
  const fetcher = async (input: string | URL | Request) => {
    asked.push(new URL(String(input)));
    return await answer();
  };
  return { data: new StooqMarketData(apiKey ?? undefined, { now: () => NOW }, fetcher), asked };
}

const says = (text: string) => () => new Response(text);

describe('market data of Stooq', () => {
  it('gives the days of its download, and says that it has neither figures nor news', async () => {
    const { data, asked } = stooq(says(HEADER + ROWS));
    const briefing = await data.briefing('acme');
    expect(briefing).toMatchObject({ symbol: 'ACME', currency: null, provider: 'stooq', synthetic: false, fundamentals: null, news: null });
    expect(briefing.bars.at(-1)).toEqual({ date: '2026-11-26', open: 11, high: 12, low: 10, close: 11.5, volume: 200 });
    expect(briefing.notices).toEqual(expect.arrayContaining(['"stooq" has no fundamentals of this symbol.']));
    expect(asked.map(({ search }) => search)).toEqual(['?s=acme.us&d1=20251023&d2=20261127&i=d&apikey=key']);
  });

  it.each([
    ['SAP.DE', 'sap.de'],
    ['^SPX', '^spx'],
    ['BRK-B', 'brk-b.us'],
  ])('is asked for %s as %s', async (symbol, name) => {
    const { data, asked } = stooq(says(HEADER + ROWS));
    await data.briefing(symbol);
    expect(asked.map(({ searchParams }) => searchParams.get('s'))).toEqual([name]);
  });

  it('takes prices without a volume, as those of currencies are', async () => {
    const { data } = stooq(says('Date,Open,High,Low,Close\r\n2026-11-26,1.1,1.2,1.0,1.15\r\n'));
    expect((await data.briefing('EURUSD')).bars).toMatchObject([{ close: 1.15, volume: 0 }]);
  });

  it.each(['No data', HEADER])('refuses a symbol for which it has %j', async (answer) => {
    await expect(stooq(says(answer)).data.briefing('NOPE')).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: expect.stringContaining('has no NOPE'),
      detail: { param: 'symbol' },
    });
  });

  it.each<[string, () => Response | Promise<Response>, string]>([
    ['its limit is reached', says('Exceeded the daily hits limit'), 'daily limit'],
    ['it asks for another key', says('<html>Get your apikey</html>'), 'research.marketData.apiKey'],
    ['it fails', () => new Response('busy', { status: 503 }), 'try again later'],
    ['it cannot be reached', () => Promise.reject(new TypeError('fetch failed')), 'try again later'],
    ['it gives other columns', says('Date,Price\r\n2026-11-26,1\r\n'), 'lacks the columns open, high, low, close'],
  ])('is temporarily unavailable when %s, and says why', async (_when, answer, why) => {
    await expect(stooq(answer).data.briefing('ACME')).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      publicMessage: expect.stringContaining(why),
    });
  });

  it('says that it needs a key where the catalog has none', async () => {
    const { data, asked } = stooq(says('Get your apikey'), null);
    await expect(data.briefing('ACME')).rejects.toMatchObject({ publicMessage: expect.stringContaining('set research.marketData.apiKey') });
    expect(asked[0]?.searchParams.has('apikey')).toBe(false);
  });
});
