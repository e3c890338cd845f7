/** The source of market data that the catalog names. */

import type { Clock } from '../kernel/clock';
import { ConfigurationError } from '../kernel/configuration-error';
import { SampleMarketData } from '../market-data/sample';
import type { MarketData } from '../research/market-data';

/** @throws ConfigurationError for a provider that is not there */
export function openMarketData({ provider }: { readonly provider: string }, clock: Clock): MarketData {
  if (provider === 'sample') return new SampleMarketData(clock);
  throw new ConfigurationError([{ path: 'research.marketData.provider', problem: `${provider} is not supported yet` }]);
}
