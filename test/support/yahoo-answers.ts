/** Answers in the shapes that Yahoo Finance documents by giving them, as a `fetch` that reaches nothing. */
export type YahooScript = Readonly<Record<'chart' | 'quoteSummary' | 'search', () => Response>>;

const DAY_S = 86_400;
const json = (body: unknown, status = 200) => Response.json(body, { status });

/** Daily prices up to an instant, one of the days without prices, as Yahoo gives a day that is not over. */
export function chartAnswer(endMs: number, days: number, holes: readonly number[] = []): Response {
  const last = Math.floor(endMs / 1_000 / DAY_S) * DAY_S + 14.5 * 3_600;
  const timestamp = Array.from({ length: days }, (_, index) => last - (days - 1 - index) * DAY_S);
  const column = (of: (index: number) => number) => timestamp.map((_, index) => (holes.includes(index) ? null : of(index)));
  const close = (index: number) => 100 + index * 0.5;
  const meta = {
    ...{ currency: 'USD', symbol: 'ACME', exchangeName: 'NMS', fullExchangeName: 'NasdaqGS', instrumentType: 'EQUITY' },
    ...{ firstTradeDate: 345479400, regularMarketTime: last, hasPrePostMarketData: true, gmtoffset: -18_000, timezone: 'EST' },
    ...{ exchangeTimezoneName: 'America/New_York', regularMarketPrice: close(days - 1), longName: 'Acme Inc.', shortName: 'Acme' },
    ...{ chartPreviousClose: 99, priceHint: 2, dataGranularity: '1d', range: '', validRanges: ['1d', '1y', 'max'] },
  };
  const quote = [
    {
      open: column((index) => close(index) - 0.2),
      high: column((index) => close(index) + 1),
      low: column((index) => close(index) - 1),
      close: column(close),
      volume: column(() => 5_000),
    },
  ];
  return json({ chart: { result: [{ meta, timestamp, indicators: { quote, adjclose: [{ adjclose: column(close) }] } }], error: null } });
}

export function summaryAnswer(): Response {
  const summaryDetail = { maxAge: 1, marketCap: 1_250_000_000, trailingPE: 21.456, dividendYield: {}, currency: 'USD' };
  const financialData = { maxAge: 86_400, totalRevenue: { raw: 402_000_000, fmt: '402M' }, revenueGrowth: 0.061, operatingMargins: 0.178 };
  return json({ quoteSummary: { result: [{ summaryDetail, financialData }], error: null } });
}

export function newsAnswer(): Response {
  const item = (title: string, link: string, providerPublishTime: number) => ({
    uuid: title,
    title,
    publisher: 'Wire',
    link,
    providerPublishTime,
    type: 'STORY',
  });
  const news = [item('Acme opens', 'https://news.example/acme', 1_764_000_000), item('Acme closes', 'javascript:alert(1)', 1_764_100_000)];
  return json({ explains: [], count: 2, quotes: [], news, nav: [], lists: [] });
}

export function notFound(): Response {
  return json({ chart: { result: null, error: { code: 'Not Found', description: 'No data found, symbol may be delisted' } } }, 404);
}

/** Gives cookies and a crumb as Yahoo does, and the answers of the script; notes which addresses were asked for. */
export function scriptedYahoo(script: YahooScript): { readonly fetch: typeof fetch; readonly asked: string[] } {
  const asked: string[] = [];
  const scripted: typeof fetch = async (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(`${url.hostname}${url.pathname}`);
    if (url.pathname.endsWith('getcrumb')) return new Response('crumb');
    if (url.pathname.includes('/chart/')) return script.chart();
    if (url.pathname.includes('/quoteSummary/')) return script.quoteSummary();
    if (url.pathname.includes('/search')) return script.search();
    return withCookie();
  };
  return { fetch: scripted, asked };
}

/** The library looks whether the list of cookies is an array of its own world, which those of jest and of `fetch` are not both. */
function withCookie(): Response {
  const response = new Response('');
  const cookies = ['A3=token; Domain=.yahoo.com; Path=/; Max-Age=31536000; Secure'];
  Object.defineProperty(response.headers, 'getSetCookie', { value: () => cookies });
  return response;
}
