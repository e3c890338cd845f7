/** What is used of Yahoo's answers, as the client library gives them. Everything else in them is passed over. */
import { z } from 'zod';
import type { Bar } from '../research/bar';
import type { Figure, NewsItem } from '../research/market-data';
import { webAddress } from './web-address';

const price = z.number().nullish();

export const chartSchema = z.object({
  meta: z.object({
    currency: z.string().nullish(),
    longName: z.string().nullish(),
    shortName: z.string().nullish(),
    /** Seconds from UTC to the time of the exchange. */
    gmtoffset: z.number().default(0),
  }),
  quotes: z.array(z.object({ date: z.coerce.date(), open: price, high: price, low: price, close: price, volume: price })),
});

/** A number, or `{ raw, fmt }`; an empty object stands for a figure that Yahoo does not have. */
const figure = z
  .unknown()
  .transform((value) => {
    const raw = typeof value === 'object' && value !== null && 'raw' in value ? value.raw : value;
    return typeof raw === 'number' && Number.isFinite(raw) ? raw : null;
  })
  .optional();
const figuresAt = <T extends string>(...names: readonly T[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, figure])) as Record<T, typeof figure>).optional();

export const summarySchema = z.object({
  summaryDetail: figuresAt('marketCap', 'trailingPE', 'forwardPE', 'dividendYield'),
  financialData: figuresAt('totalRevenue', 'revenueGrowth', 'operatingMargins', 'profitMargins', 'freeCashflow', 'totalDebt', 'totalCash'),
  defaultKeyStatistics: figuresAt('priceToBook', 'enterpriseValue'),
});

export const searchSchema = z.object({
  news: z.array(
    z.object({
      title: z.string(),
      publisher: z.string().nullish(),
      link: z.string().nullish(),
      /** A date, or seconds since 1970 where the library leaves it as it came. */
      providerPublishTime: z.union([z.date(), z.number().transform((seconds) => new Date(seconds * 1_000))]),
    }),
  ),
});

export type Chart = z.output<typeof chartSchema>;

/** A day without prices stays a day without prices: it is left out later, and counted. */
export function barsOfChart({ meta, quotes }: Chart): Bar[] {
  return quotes.map(({ date, open, high, low, close, volume }) => ({
    date: new Date(date.getTime() + meta.gmtoffset * 1_000).toISOString().slice(0, 10),
    open: open ?? Number.NaN,
    high: high ?? Number.NaN,
    low: low ?? Number.NaN,
    close: close ?? Number.NaN,
    volume: volume ?? Number.NaN,
  }));
}

export function figuresOf({ summaryDetail, financialData, defaultKeyStatistics }: z.output<typeof summarySchema>): Figure[] {
  const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
  const amount = (value: number) => compact.format(value);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const ratio = (value: number) => value.toFixed(2);
  const year = 'trailing twelve months';
  const rows: readonly (readonly [string, number | null | undefined, (value: number) => string, string | null])[] = [
    ['Market capitalisation', summaryDetail?.marketCap, amount, 'now'],
    ['Enterprise value', defaultKeyStatistics?.enterpriseValue, amount, 'now'],
    ['Revenue', financialData?.totalRevenue, amount, year],
    ['Revenue growth', financialData?.revenueGrowth, percent, 'last quarter, over a year'],
    ['Operating margin', financialData?.operatingMargins, percent, year],
    ['Profit margin', financialData?.profitMargins, percent, year],
    ['Free cash flow', financialData?.freeCashflow, amount, year],
    ['Total debt', financialData?.totalDebt, amount, 'last quarter'],
    ['Total cash', financialData?.totalCash, amount, 'last quarter'],
    ['Price to earnings', summaryDetail?.trailingPE, ratio, year],
    ['Price to earnings, expected', summaryDetail?.forwardPE, ratio, null],
    ['Price to book', defaultKeyStatistics?.priceToBook, ratio, 'last quarter'],
    ['Dividend yield', summaryDetail?.dividendYield, percent, null],
  ];
  return rows.flatMap(([label, value, print, period]) => (typeof value === 'number' ? [{ label, value: print(value), period }] : []));
}

export function newsOf({ news }: z.output<typeof searchSchema>): NewsItem[] {
  return news.map(({ title, publisher, link, providerPublishTime }) => ({
    ...{ date: providerPublishTime.toISOString().slice(0, 10), headline: title, publisher: publisher ?? null },
    ...{ url: webAddress(link), excerpt: null },
  }));
}
