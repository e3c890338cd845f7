/**
 * Market data of Yahoo Finance through the client library `yahoo-finance2`. Prices decide whether there is a briefing; fundamentals and
 * news that cannot be had are said to be missing. Yahoo offers no agreement for this: whoever names it in the catalog sees to its terms.
 */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { DAY_MS } from '../kernel/times';
import { makeBriefing } from '../research/make-briefing';
import type { Briefing, Figure, MarketData, NewsItem } from '../research/market-data';
import { checkedSymbol, unknownSymbol } from '../research/symbol';
import { type YahooClient, YahooStatus, yahooClient } from './yahoo-client';
import { barsOfChart, type Chart, chartSchema, figuresOf, newsOf, searchSchema, summarySchema } from './yahoo-shapes';

const PROVIDER = 'yahoo';
const NOT_FOUND = 404;
/** A year of trading, and the holidays in it. */
const HISTORY_MS = 400 * DAY_MS;
const NEWS = 10;
const SUMMARY_MODULES = ['summaryDetail', 'financialData', 'defaultKeyStatistics'] as const;
/** The library's own checks refuse what Yahoo has added since; ours look at what is used. */
const UNCHECKED = { validateResult: false } as const;

export class YahooMarketData implements MarketData {
  readonly provider = PROVIDER;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    /** Reaches Yahoo; tests answer in its place. */
    private readonly fetcher: typeof fetch = fetch,
  ) {}

  async briefing(asked: string): Promise<Briefing> {
    const symbol = checkedSymbol(asked);
    const client = await yahooClient(this.fetcher);
    const chart = await this.chart(client, symbol);
    const [fundamentals, news] = await Promise.all([
      orTrouble<readonly Figure[]>('fundamentals', async () =>
        figuresOf(summarySchema.parse(await client.quoteSummary(symbol, { modules: [...SUMMARY_MODULES] }, UNCHECKED))),
      ),
      orTrouble<readonly NewsItem[]>('news', async () =>
        newsOf(searchSchema.parse(await client.search(symbol, { newsCount: NEWS, quotesCount: 0 }, UNCHECKED))),
      ),
    ]);
    const briefing = makeBriefing(
      {
        ...{ symbol, name: chart.meta.longName ?? chart.meta.shortName ?? null, currency: chart.meta.currency ?? null },
        ...{ provider: PROVIDER, synthetic: false, bars: barsOfChart(chart) },
        ...{ fundamentals: fundamentals.value, news: news.value, troubles: [...fundamentals.troubles, ...news.troubles] },
      },
      this.clock.now(),
    );
    if (briefing === null) throw unknownSymbol(symbol, PROVIDER, 'It gives no usable day of prices: check the symbol at Yahoo Finance.');
    return briefing;
  }

  private async chart(client: YahooClient, symbol: string): Promise<Chart> {
    const now = this.clock.now();
    try {
      const options = { period1: new Date(now - HISTORY_MS), period2: new Date(now), interval: '1d', includePrePost: false } as const;
      return chartSchema.parse(await client.chart(symbol, options, UNCHECKED));
    } catch (cause) {
      if (cause instanceof YahooStatus && cause.status === NOT_FOUND) {
        throw unknownSymbol(
          symbol,
          PROVIDER,
          'Check the symbol at Yahoo Finance: exchanges outside the USA have an ending, such as SAP.DE.',
        );
      }
      throw new Fault('temporarily_unavailable', 'Yahoo Finance does not give prices at the moment: try again later.', { cause });
    }
  }
}

async function orTrouble<T>(what: string, read: () => Promise<T>): Promise<{ value: T | null; troubles: string[] }> {
  try {
    return { value: await read(), troubles: [] };
  } catch (error) {
    const why = error instanceof YahooStatus ? `status ${error.status}` : 'no usable answer';
    return { value: null, troubles: [`Yahoo Finance was asked for ${what} and gave none (${why}).`] };
  }
}
