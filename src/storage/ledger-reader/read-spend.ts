/** What counters of spend say, and what those say that nobody has needed yet. */
import type { DataSource } from 'typeorm';
import { inPortions } from '../../kernel/lists';
import { nano } from '../../kernel/money';
import type { CounterOf, CounterSpend } from '../../ledger/ledger-reader';
import { counterSums, MYSQL_SUMS, SQLITE_SUMS } from '../ledger/counter-sums';
import type { SqlValue } from '../ledger/sql-values';
import { exactSum } from '../sql/exact-sums';
import { type QueryValue, rowsOf, rowsOfIds } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amount, text } from '../sql/stored-values';

/** A statement has at most 500 parts. */
const SUMS_PER_STATEMENT = 100;

/** By the id of the counter. One statement for what is counted, and one for every 100 that are not. */
export async function readSpend(dataSource: DataSource, counters: readonly CounterOf[]): Promise<ReadonlyMap<string, CounterSpend>> {
  const ids = counters.map(({ counterId }) => counterId);
  const counted = await rowsOfIds(dataSource, ids, (list) => `SELECT id, spent, held FROM spend_counter WHERE id IN (${list})`);
  const found = new Map(counted.map(spendOf));
  const missing = [...new Map(counters.map((each) => [each.counterId, each])).values()].filter(({ counterId }) => !found.has(counterId));
  for (const some of inPortions(missing, SUMS_PER_STATEMENT)) {
    for (const row of await sumsOf(dataSource, some)) found.set(text(row, 'id'), { spent: nano(exactSum(row)), held: amount(row, 'held') });
  }
  return found;
}

function sumsOf(dataSource: DataSource, counters: readonly CounterOf[]): Promise<Row[]> {
  const values: QueryValue[] = [];
  const value = (each: SqlValue) => {
    values.push(each as QueryValue);
    return '?';
  };
  const words = { ...(dataSource.options.type === 'better-sqlite3' ? SQLITE_SUMS : MYSQL_SUMS), value };
  const parts = counters.map(
    ({ counterId, walletId }) => `SELECT ${value(counterId)} AS id, s.* FROM (${counterSums(counterId, walletId, words)}) s`,
  );
  return rowsOf(dataSource, parts.join(' UNION ALL '), values);
}

function spendOf(row: Row): [string, CounterSpend] {
  return [text(row, 'id'), { spent: amount(row, 'spent'), held: amount(row, 'held') }];
}
