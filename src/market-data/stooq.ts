/**
 * Market data of Stooq: the daily prices of its CSV download, `https://stooq.com/q/d/l/?s=aapl.us&i=d&d1=YYYYMMDD&d2=YYYYMMDD&apikey=`.
 * It gives no fundamentals and no news, and, since 2026, nothing without a key of its website. Whoever names it in the catalog sees to
 * its terms.
 */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { DAY_MS } from '../kernel/times';
import type { Bar } from '../research/bar';
import { makeBriefing } from '../research/make-briefing';
import type { Briefing, MarketData } from '../research/market-data';
import { checkedSymbol, unknownSymbol } from '../research/symbol';
import { barsOfCsv, PRICE_COLUMNS } from './csv-bars';

const PROVIDER = 'stooq';
const DOWNLOAD = 'https://stooq.com/q/d/l/';
const DEADLINE_MS = 15_000;
/** A year of trading, and the holidays in it. */
const HISTORY_MS = 400 * DAY_MS;
/** Stooq names the market behind a dot, and an index with a `^`; what has neither is taken for a share of the USA. */
const NAMES_ITS_MARKET = /[.^]/;
const HINT = 'Check the symbol at stooq.com: exchanges outside the USA have an ending, such as SAP.DE.';
/** All that it says with status 200 beside prices. */
const NO_DATA = /^no data/i;
const NO_MORE_TODAY = /^exceeded the daily hits limit/i;
const IS_PRICES = /^date,/i;

export class StooqMarketData implements MarketData {
  readonly provider = PROVIDER;

  constructor(
    private readonly apiKey: string | undefined,
    private readonly clock: Pick<Clock, 'now'>,
    /** Reaches Stooq; tests answer in its place. */
    private readonly fetcher: typeof fetch = fetch,
  ) {}

  async briefing(asked: string): Promise<Briefing> {
    const symbol = checkedSymbol(asked);
    const bars = await this.bars(symbol);
    const prices = { symbol, name: null, currency: null, provider: PROVIDER, synthetic: false, bars };
    const briefing = makeBriefing({ ...prices, fundamentals: null, news: null, troubles: [] }, this.clock.now());
    if (briefing === null) throw unknownSymbol(symbol, PROVIDER, HINT);
    return briefing;
  }

  private async bars(symbol: string): Promise<Bar[]> {
    const text = await this.download(symbol);
    if (NO_DATA.test(text)) throw unknownSymbol(symbol, PROVIDER, HINT);
    if (NO_MORE_TODAY.test(text)) throw unavailable('gives no more prices today: its daily limit is reached.');
    if (!IS_PRICES.test(text)) throw unavailable(this.apiKey === undefined ? NEEDS_KEY : REFUSES);
    const bars = barsOfCsv(text, PRICE_COLUMNS, (problem) => unavailable(`gives prices that cannot be read: the answer ${problem}.`));
    // Currencies and some indices have no column of it.
    return bars.map((bar) => (Number.isNaN(bar.volume) ? { ...bar, volume: 0 } : bar));
  }

  private async download(symbol: string): Promise<string> {
    const now = this.clock.now();
    const url = new URL(DOWNLOAD);
    url.searchParams.set('s', (NAMES_ITS_MARKET.test(symbol) ? symbol : `${symbol}.US`).toLowerCase());
    url.searchParams.set('d1', dayOf(now - HISTORY_MS));
    url.searchParams.set('d2', dayOf(now));
    url.searchParams.set('i', 'd');
    if (this.apiKey !== undefined) url.searchParams.set('apikey', this.apiKey);
    try {
      const response = await this.fetcher(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
      if (response.ok) return (await response.text()).trimStart();
      await response.body?.cancel();
    } catch (cause) {
      throw unavailable(NO_ANSWER, cause);
    }
    throw unavailable(NO_ANSWER);
  }
}

const NEEDS_KEY = 'gives prices only to those who have a key of its website: set research.marketData.apiKey in the catalog.';
const REFUSES = 'gives no prices: the key in the catalog, research.marketData.apiKey, may be one that it does not know.';
const NO_ANSWER = 'does not give prices at the moment: try again later.';

function unavailable(what: string, cause?: unknown): Fault {
  return new Fault('temporarily_unavailable', `Stooq ${what}`, { cause });
}

/** `YYYYMMDD` */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
}
