import type { DataSource } from 'typeorm';
import type { MoneyFacts } from '../../ledger/money-facts';
import type { RedemptionStore } from '../../ledger/redemption/redemption-store';
import type { Statements } from '../../ledger/statement/statement';
import type { UsageReports } from '../../ledger/usage-report';
import { SqlRedemptionStore } from '../redemption-store';
import { SqlUsageReports } from '../usage/usage-reports';
import { SqlMoneyFacts } from './money-facts';
import { SqlStatements } from './statements';

/** What is told of money, and the codes that bring some, on one database. */
export interface MoneyStores {
  readonly statements: Statements;
  readonly facts: MoneyFacts;
  readonly codes: RedemptionStore;
  readonly usage: UsageReports;
}

export function moneyStores(dataSource: DataSource): MoneyStores {
  return {
    statements: new SqlStatements(dataSource),
    facts: new SqlMoneyFacts(dataSource),
    codes: new SqlRedemptionStore(dataSource),
    usage: new SqlUsageReports(dataSource),
  };
}
