/** What an operator wants to know of money, summed in the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { leastIdAt } from '../../kernel/ids';
import { DAY_MS } from '../../kernel/times';
import { CURRENCIES } from '../../kernel/words';
import type { Page, PageRequest } from '../../ledger/ledger-reader';
import type { MarginGroup, MoneyFacts, MoneyOfGroup, Overage } from '../../ledger/money-facts';
import { pageOfRows, rowIdOfCursor } from '../sql/cursors';
import { alongIndex, Conditions, joinInOrder, rowsOf } from '../sql/query';
import { big, type Row } from '../sql/row-values';
import { amount, count, text, wordIn } from '../sql/stored-values';
import { GroupSums } from './group-sums';
import { chargesBy, costsBy, overagesBy, refundsBy } from './sums-of-requests';

/** Receipts that are summed at once: a question about years would keep others from an embedded database. */
const RECEIPTS_AT_ONCE = 5_000n;
/** More than the clocks of two processes differ: an overage may be written by another one than received the request. */
const CLOCKS_APART_MS = DAY_MS;

export class SqlMoneyFacts implements MoneyFacts {
  constructor(private readonly dataSource: DataSource) {}

  async moneyBy(group: MarginGroup, period: { readonly from: number; readonly to: number }): Promise<readonly MoneyOfGroup[]> {
    const sums = new GroupSums();
    const [join, receipts] = [joinInOrder(this.dataSource), `receipt r ${alongIndex(this.dataSource, 'receipt_time')}`];
    const [from, to] = [instantOf(period.from), instantOf(period.to)];
    for await (const range of this.portions(receipts, from, to)) {
      for (const row of await rowsOf(this.dataSource, chargesBy(group, receipts), range)) sums.addCharges(row);
      for (const row of await rowsOf(this.dataSource, costsBy(group, receipts, join), range)) sums.addCosts(row);
      for (const row of await rowsOf(this.dataSource, refundsBy(group, receipts, join), range)) sums.addRefunds(row);
    }
    for (const row of await rowsOf(this.dataSource, overagesBy(group, join), [leastIdAt(period.from - CLOCKS_APART_MS), from, to]))
      sums.addOverages(row);
    return sums.all();
  }

  async overages(page: PageRequest): Promise<Page<Overage>> {
    const asked = new Conditions().and("t.kind = 'OVERAGE'");
    if (page.after !== undefined) asked.and('t.id < ?', rowIdOfCursor(page.after, 'overages'));
    const sql = `SELECT t.id, t.receipt_id, t.api_key_id, t.currency, t.amount, t.created_at FROM transfer t
      WHERE ${asked.sql} ORDER BY t.id DESC LIMIT ?`;
    return pageOfRows((await rowsOf(this.dataSource, sql, [...asked.values, BigInt(page.first + 1)])).map(overageOf), page.first);
  }

  /** Stretches of time, to exclusive, that together are the whole. Receipts of one millisecond are in one, however many they are. */
  private async *portions(receipts: string, from: bigint, to: bigint): AsyncGenerator<[bigint, bigint]> {
    const sql = `SELECT r.created_at FROM ${receipts} WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at LIMIT 1 OFFSET ?`;
    for (let start = from; start < to; ) {
      const [next] = await rowsOf(this.dataSource, sql, [start, to, RECEIPTS_AT_ONCE]);
      const end = next === undefined ? to : later(big(next['created_at']), start + 1n);
      yield [start, end];
      start = end;
      await nextTurn();
    }
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The first whole millisecond that is not before it. */
function instantOf(ms: number): bigint {
  return BigInt(Math.max(0, Math.ceil(ms)));
}

function overageOf(row: Row): Overage {
  return {
    id: text(row, 'id'),
    receiptId: text(row, 'receipt_id'),
    apiKeyId: text(row, 'api_key_id'),
    currency: wordIn(CURRENCIES, row, 'currency'),
    amount: amount(row, 'amount'),
    createdAt: count(row, 'created_at'),
  };
}
