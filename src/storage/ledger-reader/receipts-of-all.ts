/**
 * Receipts of all accounts that are few among the others. Such have indexes within each account alone: one more for the operator would
 * cost every settlement. A page is looked for from two sides: among the newest receipts, where most pages are full at once, and then in each
 * account. Along the time alone it would be read to the end of the history: 600,000 receipts took MariaDB 13 seconds.
 */
import type { DataSource } from 'typeorm';
import type { ReadableReceipt } from '../../ledger/receipt';
import { alongIndex, Conditions, joinInOrder, type QueryValue, rowsOf, rowsOfIds } from '../sql/query';
import { big } from '../sql/row-values';
import { text } from '../sql/stored-values';
import { fallbacksAsked, fewAmongAccounts, fewFallbacksAsked } from './receipt-index';
import { askedOfSettled, olderThan, type Question, withinTime } from './receipt-question';
import { receiptsWithHolds, settledReceipt } from './receipt-rows';

/** Receipts that are looked through for each one that is asked for: what one of a few is, fills a page. */
const NEAR = 20n;
/** The same where there are many, which are all put into order otherwise. */
const FAR = 500n;
const MANY = 5_000n;

/** Null: what is asked for is not told apart within accounts, and found along the time. */
export async function readFewOfAll(dataSource: DataSource, question: Question): Promise<ReadableReceipt[] | null> {
  const index = fewAmongAccounts(dataSource, question.filter);
  if (index === null) return null;
  const near = await readNewest(dataSource, question, NEAR);
  if (near !== null) return near;
  const lists = await listsOfAccounts(dataSource, question, index);
  const far = (await areMany(dataSource, lists)) ? await readNewest(dataSource, question, FAR) : null;
  return far ?? readByAccounts(dataSource, lists, question);
}

/** Of the newest receipts alone. null: they do not fill the page, and are not all. */
async function readNewest(dataSource: DataSource, question: Question, each: bigint): Promise<ReadableReceipt[] | null> {
  const { after, filter, limit } = question;
  const table = `receipt r ${alongIndex(dataSource, 'receipt_time')}`;
  const all = withinTime(filter, olderThan(after, 'r.id', new Conditions()));
  const place = `SELECT r.created_at FROM ${table} WHERE ${all.sql} ORDER BY r.created_at DESC, r.id DESC LIMIT 1 OFFSET ?`;
  const [last] = await rowsOf(dataSource, place, [...all.values, limit * each]);
  const asked = askedOfSettled(null, question);
  for (const fallbacks of await fallbacksAsked(dataSource, null, filter)) asked.and(fallbacks);
  if (last !== undefined) asked.and('r.created_at >= ?', big(last['created_at']));
  const sql = `${receiptsWithHolds(dataSource, table)} WHERE ${asked.sql} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`;
  const rows = await rowsOf(dataSource, sql, [...asked.values, limit]);
  return last === undefined || BigInt(rows.length) === limit ? rows.map(settledReceipt) : null;
}

interface List {
  /** Receipts `r`, without an order. */
  readonly from: string;
  readonly values: readonly QueryValue[];
}

async function listsOfAccounts(dataSource: DataSource, question: Question, index: string): Promise<List[]> {
  const accounts = '(SELECT DISTINCT w.account_id FROM wallet w) a';
  const receipts = `receipt r ${alongIndex(dataSource, index)} ON r.account_id = a.account_id`;
  return (await fewFallbacksAsked(dataSource, question.filter, index)).map((fallbacks) => {
    const asked = askedOfSettled(null, question).and(fallbacks);
    return { from: `${accounts} ${joinInOrder(dataSource)} ${receipts} WHERE ${asked.sql}`, values: asked.values };
  });
}

async function areMany(dataSource: DataSource, lists: readonly List[]): Promise<boolean> {
  for (const { from, values } of lists) {
    if ((await rowsOf(dataSource, `SELECT r.id FROM ${from} LIMIT 1 OFFSET ?`, [...values, MANY])).length > 0) return true;
  }
  return false;
}

/** Ids first: what is put into order is then in the index. */
async function readByAccounts(dataSource: DataSource, lists: readonly List[], { limit }: Question): Promise<ReadableReceipt[]> {
  const ids: string[] = [];
  for (const { from, values } of lists) {
    const sql = `SELECT r.id FROM ${from} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`;
    ids.push(...(await rowsOf(dataSource, sql, [...values, limit])).map((row) => text(row, 'id')));
  }
  const rows = await rowsOfIds(dataSource, ids, (list) => `${receiptsWithHolds(dataSource, 'receipt r')} WHERE r.id IN (${list})`);
  return rows.map(settledReceipt);
}
