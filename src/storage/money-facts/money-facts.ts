/** What an operator wants to know of money, summed in the database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { CURRENCIES } from '../../kernel/words';
import type { Page, PageRequest } from '../../ledger/ledger-reader';
import type { MarginGroup, MoneyFacts, MoneyOfGroup, Overage } from '../../ledger/money-facts';
import { pageOfRows, rowIdOfCursor } from '../sql/cursors';
import { alongKey, Conditions, joinInOrder, rowsOf } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amount, count, text, wordIn } from '../sql/stored-values';
import { GroupSums } from './group-sums';
import { chargesBy, costsBy, overagesBy, refundsBy } from './sums-of-requests';

/** Receipts that are summed at once: a question about years would keep others from an embedded database. */
const RECEIPTS_AT_ONCE = 5_000n;

export class SqlMoneyFacts implements MoneyFacts {
  constructor(private readonly dataSource: DataSource) {}

  async moneyBy(group: MarginGroup, period: { readonly from: number; readonly to: number }): Promise<readonly MoneyOfGroup[]> {
    const sums = new GroupSums();
    const [join, receipts] = [joinInOrder(this.dataSource), `receipt r ${alongKey(this.dataSource, 'receipt')}`];
    const [from, to] = [firstIdSince(period.from), firstIdSince(period.to)];
    for await (const range of this.portions(from, to)) {
      for (const row of await rowsOf(this.dataSource, chargesBy(group, receipts), range)) sums.addCharges(row);
      for (const row of await rowsOf(this.dataSource, costsBy(group, receipts, join), range)) sums.addCosts(row);
      for (const row of await rowsOf(this.dataSource, refundsBy(group, receipts, join), range)) sums.addRefunds(row);
    }
    for (const row of await rowsOf(this.dataSource, overagesBy(group, join), [from, from, to])) sums.addOverages(row);
    return sums.all();
  }

  async overages(page: PageRequest): Promise<Page<Overage>> {
    const asked = new Conditions().and("t.kind = 'OVERAGE'");
    if (page.after !== undefined) asked.and('t.id < ?', rowIdOfCursor(page.after, 'overages'));
    const sql = `SELECT t.id, t.receipt_id, t.api_key_id, t.currency, t.amount, t.created_at FROM transfer t
      WHERE ${asked.sql} ORDER BY t.id DESC LIMIT ?`;
    return pageOfRows((await rowsOf(this.dataSource, sql, [...asked.values, BigInt(page.first + 1)])).map(overageOf), page.first);
  }

  /** Ranges of ids of receipts, to exclusive, that together are the whole. */
  private async *portions(from: string, to: string): AsyncGenerator<[string, string]> {
    for (let start = from; start < to; ) {
      const sql = 'SELECT id FROM receipt WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?';
      const [next] = await rowsOf(this.dataSource, sql, [start, to, RECEIPTS_AT_ONCE]);
      const end = next === undefined ? to : text(next, 'id');
      yield [start, end];
      start = end;
      await nextTurn();
    }
  }
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

/** The least text that an id made at that time can have: ids begin with their milliseconds. */
function firstIdSince(ms: number): string {
  const hex = Math.max(0, Math.ceil(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
