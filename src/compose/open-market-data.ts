import type { DeclaredResearch } from '../catalog-file/declare';
import type { Clock } from '../kernel/clock';
import { invariant } from '../kernel/invariant';
import { CsvMarketData } from '../market-data/csv';
import { SampleMarketData } from '../market-data/sample';
import { StooqMarketData } from '../market-data/stooq';
import { YahooMarketData } from '../market-data/yahoo';
import type { MarketData } from '../research/market-data';

/** The market data that the catalog names. Nothing is read or asked for before the first briefing. */
export function openMarketData({ provider, folder, apiKey }: DeclaredResearch['marketData'], clock: Clock): MarketData {
  switch (provider) {
    case 'sample':
      return new SampleMarketData(clock);
    case 'csv':
      invariant(folder !== undefined, 'the catalog names a folder for csv');
      return new CsvMarketData(folder, clock);
    case 'yahoo':
      return new YahooMarketData(clock);
    case 'stooq':
      return new StooqMarketData(apiKey, clock);
  }
}
