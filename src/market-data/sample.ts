/**
 * Market data that ships with the gateway: synthetic, marked so in every place, and the same on every machine at every time, so that a
 * research run can be tried without a provider.
 */
import type { Clock } from '../kernel/clock';
import { invariant } from '../kernel/invariant';
import { DAY_MS } from '../kernel/times';
import type { Bar } from '../research/bar';
import { makeBriefing } from '../research/make-briefing';
import type { Briefing, MarketData, MarketRecord } from '../research/market-data';
import { checkedSymbol, unknownSymbol } from '../research/symbol';
import { SAMPLES, type Sample } from './samples';

const PROVIDER = 'sample';
const FIRST_DAY = Date.UTC(2025, 0, 2);

export class SampleMarketData implements MarketData {
  readonly provider = PROVIDER;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  async briefing(asked: string): Promise<Briefing> {
    const symbol = checkedSymbol(asked);
    const sample = SAMPLES.get(symbol);
    if (sample === undefined) {
      const hint = `It knows ${[...SAMPLES.keys()].join(', ')}; for others name another provider under research.marketData in the catalog.`;
      throw unknownSymbol(symbol, PROVIDER, hint);
    }
    const briefing = makeBriefing(recordOf(symbol, sample), this.clock.now());
    invariant(briefing !== null, 'a sample has bars');
    return briefing;
  }
}

function recordOf(symbol: string, sample: Sample): MarketRecord {
  const { name, fundamentals, news } = sample;
  return {
    ...{ symbol, name: `${name} (synthetic)`, currency: 'USD', provider: PROVIDER, synthetic: true },
    ...{ bars: barsOf(sample), troubles: [] },
    fundamentals: fundamentals?.map(([label, value, period]) => ({ label, value, period: `${period}, synthetic` })) ?? null,
    news:
      news?.map(([date, headline, excerpt]) => ({
        ...{ date, headline: `[synthetic] ${headline}`, publisher: 'Synthetic Wire', url: null, excerpt },
      })) ?? null,
  };
}

/** A walk with moods of some weeks each, on the weekdays of a year. */
function barsOf({ seed, start, drift, swing, volume, days, missing }: Sample): Bar[] {
  const chance = seeded(seed);
  const bars: Bar[] = [];
  let close = start;
  let mood = drift;
  for (const [index, date] of weekdays(days).entries()) {
    if (index % 23 === 0) mood = drift + (chance() - 0.5) * swing * 0.5;
    const open = close * (1 + (chance() - 0.5) * swing * 0.4);
    close = Math.max(start / 10, open * (1 + mood + (chance() + chance() + chance() - 1.5) * swing));
    const high = Math.max(open, close) * (1 + chance() * swing * 0.4);
    const low = Math.min(open, close) * (1 - chance() * swing * 0.4);
    const traded = Math.round(volume * (0.6 + chance() * 0.6 + (Math.abs(close / open - 1) / swing) * 0.5));
    if (missing !== null && index >= missing[0] && index < missing[1]) continue;
    bars.push({ date, open: cents(open), high: cents(high), low: cents(low), close: cents(close), volume: traded });
  }
  return bars;
}

/** The last weekdays of the year that begins on the first day. */
function weekdays(count: number): string[] {
  const year = Array.from({ length: 364 }, (_, index) => new Date(FIRST_DAY + index * DAY_MS));
  const open = year.filter((day) => day.getUTCDay() % 6 !== 0).map((day) => day.toISOString().slice(0, 10));
  return open.slice(-count);
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}

/** Mulberry32: small, and the same everywhere. From 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
