import type { DataSource } from 'typeorm';
import { SqlRedemptionStore } from '../redemption-store';
import { SqlUsageReports } from '../usage/usage-reports';
import { SqlMoneyFacts } from './money-facts';
import { SqlStatements } from './statements';

/** What is told of money, and the codes that bring some, on one database. */
export function moneyStores(dataSource: DataSource) {
  return {
    statements: new SqlStatements(dataSource),
    facts: new SqlMoneyFacts(dataSource),
    codes: new SqlRedemptionStore(dataSource),
    usage: new SqlUsageReports(dataSource),
  };
}
