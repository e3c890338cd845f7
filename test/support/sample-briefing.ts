import { SampleMarketData } from '../../src/market-data/sample';
import type { Briefing } from '../../src/research/market-data';
import { StillClock } from './still-clock';

/** What the models are given of the synthetic instrument that ships with the gateway. */
export function sampleBriefing(): Promise<Briefing> {
  return new SampleMarketData(new StillClock(Date.UTC(2026, 0, 3))).briefing('DEMO');
}
