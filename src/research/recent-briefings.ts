/** Market data that is asked once for an estimate and the start that follows it, so that both go by the same. */
import type { Clock } from '../kernel/clock';
import { MINUTE_MS } from '../kernel/times';
import type { Briefing, MarketData } from './market-data';

const FRESH_MS = MINUTE_MS;
/** A briefing is some hundred kilobytes. */
const KEPT_MAX = 20;

interface Kept {
  readonly briefing: Promise<Briefing>;
  readonly at: number;
}

export class RecentBriefings implements MarketData {
  readonly provider: string;
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly source: MarketData,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {
    this.provider = source.provider;
  }

  /** What went wrong is asked for again. */
  briefing(symbol: string): Promise<Briefing> {
    const now = this.clock.monotonic();
    const before = this.kept.get(symbol);
    if (before !== undefined && now - before.at < FRESH_MS) return before.briefing;
    const asked = { briefing: this.source.briefing(symbol), at: now };
    this.kept.delete(symbol);
    this.kept.set(symbol, asked);
    for (const oldest of [...this.kept.keys()].slice(0, -KEPT_MAX)) this.kept.delete(oldest);
    asked.briefing.catch(() => {
      if (this.kept.get(symbol) === asked) this.kept.delete(symbol);
    });
    return asked.briefing;
  }
}
