/** From what a provider has of a symbol to a briefing: cleaned, measured, and with everything said that is wrong with it. */
import { counted } from '../kernel/counted';
import { withinLimits } from './briefing-limits';
import { cleanBars } from './clean-bars';
import { indicatorValues } from './indicators/indicators';
import type { Briefing, MarketRecord, Source } from './market-data';
import { noticesOf } from './notices';

/** Two years: more is in no chart and in no prompt, and every run keeps its briefing. */
const BARS_MAX = 520;

/** @returns null when not one bar is usable: the caller knows what to say */
export function makeBriefing(record: MarketRecord, now: number): Briefing | null {
  const { bars: all, ...faults } = cleanBars(record.bars);
  const bars = all.slice(-BARS_MAX);
  if (bars.length === 0) return null;
  const { symbol, name, currency, provider, synthetic } = record;
  const { fundamentals, news, notices } = withinLimits(record);
  const clean = { ...record, bars, fundamentals, news };
  return {
    ...{ symbol, name, currency, provider, synthetic, bars, fundamentals, news },
    fetchedAt: new Date(now).toISOString(),
    indicators: indicatorValues(bars),
    sources: sourcesOf(clean),
    notices: [...noticesOf(clean, faults, now), ...notices, ...record.troubles],
  };
}

function sourcesOf({ provider, bars, fundamentals, news }: MarketRecord): Source[] {
  const periods = [...new Set((fundamentals ?? []).flatMap(({ period }) => (period === null ? [] : [period])))];
  return [
    {
      what: 'Daily prices',
      provider,
      covers: `${bars[0]?.date} to ${bars.at(-1)?.date}, ${counted(bars.length, 'day')}`,
    },
    ...(fundamentals === null
      ? []
      : [{ what: 'Fundamentals', provider, covers: periods.length === 0 ? 'no period given' : periods.join(', ') }]),
    ...(news === null
      ? []
      : [
          {
            what: 'News',
            provider,
            covers: `${counted(news.length, 'item')}, ${news.at(-1)?.date} to ${news[0]?.date}`,
          },
        ]),
  ];
}
