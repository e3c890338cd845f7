/**
 * Market data from a folder: `SYMBOL.csv` with the columns date, open, high, low, close, volume, and beside it, where there are any,
 * `SYMBOL.fundamentals.json` and `SYMBOL.news.json`. The files are read anew for each briefing.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { jsonOf } from '../kernel/record';
import { shown } from '../kernel/shown';
import { type Bar, isDay } from '../research/bar';
import { makeBriefing } from '../research/make-briefing';
import type { Briefing, MarketData } from '../research/market-data';
import { checkedSymbol, unknownSymbol } from '../research/symbol';
import { barsOfCsv, PRICE_COLUMNS } from './csv-bars';
import { webAddress } from './web-address';

const PROVIDER = 'csv';
const COLUMNS = [...PRICE_COLUMNS, 'volume'];

/** A century of days is 2 MiB. A larger file would keep the whole gateway waiting while it is read. */
const FILE_MAX = 4 * 1024 * 1024;

const day = z.string().refine(isDay);
const figures = z.array(
  z.object({
    label: z.string().min(1),
    value: z.union([z.string(), z.number()]).transform(String),
    period: z
      .string()
      .nullish()
      .transform((text) => text ?? null),
  }),
);
const newsItems = z.array(
  z.object({
    date: day,
    headline: z.string().min(1),
    publisher: z
      .string()
      .nullish()
      .transform((text) => text ?? null),
    url: z.string().nullish().transform(webAddress),
    excerpt: z
      .string()
      .nullish()
      .transform((text) => text ?? null),
  }),
);

export class CsvMarketData implements MarketData {
  readonly provider = PROVIDER;

  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async briefing(asked: string): Promise<Briefing> {
    const symbol = checkedSymbol(asked);
    const text = await textOf(join(this.folder, `${symbol}.csv`));
    if (text === TOO_LARGE) throw unusable(symbol, `has more than ${FILE_MAX / 1_048_576} MiB`);
    if (text === null) throw unknownSymbol(symbol, PROVIDER, `Put ${symbol}.csv into the folder of the market data.`);
    const bars = barsOfCsv(text, COLUMNS, (problem) => unusable(symbol, problem));
    const [fundamentals, news] = await Promise.all([this.beside(symbol, 'fundamentals', figures), this.beside(symbol, 'news', newsItems)]);
    const briefing = makeBriefing(
      {
        ...{ symbol, name: null, currency: null, provider: PROVIDER, synthetic: false, bars },
        ...{ fundamentals: fundamentals.value, news: news.value, troubles: [...fundamentals.troubles, ...news.troubles] },
      },
      this.clock.now(),
    );
    if (briefing === null) throw noUsableDay(symbol, bars);
    return briefing;
  }

  /** A file that is wrong is no reason to have no report; it is one to say so in it. */
  private async beside<T>(symbol: string, what: string, schema: z.ZodType<T>): Promise<{ value: T | null; troubles: string[] }> {
    const name = `${symbol}.${what}.json`;
    const text = await textOf(join(this.folder, name));
    if (text === null) return { value: null, troubles: [] };
    if (text === TOO_LARGE) return { value: null, troubles: [`${name} was left out: it has more than ${FILE_MAX / 1_048_576} MiB.`] };
    const read = schema.safeParse(jsonOf(text));
    if (read.success) return { value: read.data, troubles: [] };
    const place = read.error.issues[0]?.path.join('.') ?? '';
    return {
      value: null,
      troubles: [`${name} was left out: ${place === '' ? 'it is no list of entries' : `${place} is wrong or missing`}.`],
    };
  }
}

/** @param bars as the file has them, none of which is usable */
function noUsableDay(symbol: string, bars: readonly Bar[]): Fault {
  const [first] = bars;
  if (first === undefined || bars.some(({ date }) => isDay(date))) return unusable(symbol, 'has no day with usable prices');
  const problem = `has no day with usable prices: days must be written as 2026-11-27, not as "${shown(first.date)}"`;
  return new Fault('invalid_request', `symbol: ${symbol}.csv of the market data ${problem}.`, { param: 'symbol' });
}

function unusable(symbol: string, problem: string): Fault {
  return new Fault('invalid_request', `symbol: ${symbol}.csv of the market data ${problem}: its header is ${COLUMNS.join(',')}.`, {
    param: 'symbol',
  });
}

const TOO_LARGE = Symbol('a file that is too large');

/** null: there is no such file. */
async function textOf(file: string): Promise<string | typeof TOO_LARGE | null> {
  try {
    if ((await stat(file)).size > FILE_MAX) return TOO_LARGE;
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('temporarily_unavailable', 'The market data cannot be read at the moment.', { cause: error });
  }
}
