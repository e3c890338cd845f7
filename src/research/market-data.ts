/** The port to market data, and what research knows of a symbol: all of it is what the provider has, none of it is ours. */
import type { Bar } from './bar';
import type { IndicatorValues } from './indicators/indicators';

/** A figure as the provider gives it, ready to be printed. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** The period or day that it is about, where the provider says so. */
  readonly period: string | null;
}

export interface NewsItem {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly headline: string;
  readonly publisher: string | null;
  /** http or https, or null. */
  readonly url: string | null;
  readonly excerpt: string | null;
}

export interface Source {
  /** `Daily prices`, `Fundamentals` … */
  readonly what: string;
  readonly provider: string;
  /** What span or day it covers. */
  readonly covers: string;
}

/** Everything that the sections of a run may use. Plain JSON, so that a run keeps it and a takeover reads the same. */
export interface Briefing extends Omit<MarketRecord, 'troubles'> {
  /** When it was fetched, RFC 3339 in UTC. */
  readonly fetchedAt: string;
  /** Old to new, a bar for each day that the provider has; never empty. */
  readonly bars: readonly Bar[];
  /** At the last bar; null where there is too little history for it. */
  readonly indicators: IndicatorValues;
  /** New to old; null: the provider has none. */
  readonly news: readonly NewsItem[] | null;
  readonly sources: readonly Source[];
  /** What readers must know of the data: synthetic, stale, gaps, too little, missing. A sentence each. */
  readonly notices: readonly string[];
}

/** What a provider gave, in any order and with whatever faults it has. */
export interface MarketRecord {
  readonly symbol: string;
  readonly name: string | null;
  /** ISO 4217; null: the provider does not say. */
  readonly currency: string | null;
  readonly provider: string;
  /** Made up for demonstration: no real instrument ever traded so. */
  readonly synthetic: boolean;
  readonly bars: readonly Bar[];
  /** null: the provider has none, as of what is below. */
  readonly fundamentals: readonly Figure[] | null;
  readonly news: readonly NewsItem[] | null;
  /** What went wrong on the way, a sentence each. */
  readonly troubles: readonly string[];
}

export interface MarketData {
  /** As the catalog names it. */
  readonly provider: string;
  /** @throws Fault `invalid_request` for a symbol that it does not know, `temporarily_unavailable` where it does not answer */
  briefing(symbol: string): Promise<Briefing>;
}
