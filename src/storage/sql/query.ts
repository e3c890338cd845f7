/** Plain reading statements with `?` for values, and the conditions that they are put together from. */
import type { DataSource, EntityManager } from 'typeorm';
import { inPortions } from '../../kernel/lists';
import { inTransaction, inTurn } from './in-transaction';
import { placeholders, type Row } from './row-values';
import { canBeStoredId } from './stored-words';

/** Whole numbers are bigints: a number would be bound as a float on SQLite. */
export type QueryValue = string | bigint;

/** What is committed when the statement runs, never somebody's open transaction. */
export function rowsOf(dataSource: DataSource, sql: string, values: readonly QueryValue[]): Promise<Row[]> {
  return inTurn(dataSource, (manager) => manager.query<Row[]>(sql, [...values]));
}

/** One statement that writes, in a transaction of its own. */
export async function execute(dataSource: DataSource, sql: string, values: readonly (QueryValue | null)[]): Promise<void> {
  await inTransaction(dataSource, (manager) => manager.query(sql, [...values]));
}

/** MySQL looks up each value of a list before it chooses a plan as long as there are fewer than 200. Of more it believes its statistics. */
const IDS_PER_STATEMENT = 150;

/**
 * Reads the rows of many ids, each id once, 150 a statement. `sqlFor` puts the list of ids before every other value;
 * `more` are the values after it.
 */
export async function rowsOfIds(
  dataSource: DataSource,
  ids: readonly string[],
  sqlFor: (list: string) => string,
  more: readonly QueryValue[] = [],
): Promise<Row[]> {
  const distinct = [...new Set(ids)].filter(canBeStoredId);
  const found: Row[] = [];
  for (const some of inPortions(distinct, IDS_PER_STATEMENT)) {
    found.push(...(await rowsOf(dataSource, sqlFor(placeholders(some)), [...some, ...more])));
  }
  return found;
}

/** The rows of several lists, each with an order and a limit of its own, in one statement. */
export function rowsOfLists(
  dataSource: DataSource,
  lists: readonly { readonly sql: string; readonly values: readonly QueryValue[] }[],
): Promise<Row[]> {
  if (lists.length === 0) return Promise.resolve([]);
  const texts = lists.length === 1 ? lists.map(({ sql }) => sql) : lists.map(({ sql }, at) => `SELECT * FROM (${sql}) list_${at}`);
  const values = lists.flatMap((list) => list.values);
  return rowsOf(dataSource, texts.join(' UNION ALL '), values);
}

/** Behind a SELECT: nobody else changes what it reads until the transaction ends. On SQLite a transaction is alone anyway. */
export function keptFromOthers({ connection }: EntityManager): string {
  return connection.options.type === 'better-sqlite3' ? '' : ' FOR UPDATE';
}

/** A join that reads its left table first, whatever the statistics say: the lists depend on it. */
export function joinInOrder(dataSource: DataSource): string {
  return dataSource.options.type === 'better-sqlite3' ? 'CROSS JOIN' : 'STRAIGHT_JOIN';
}

/**
 * After the name of a table: that it is read along this index and no other. SQLite counts how many conditions an index answers,
 * not how many rows it leads to. MariaDB goes by statistics that can be as old as its opening of the table, which may have been
 * empty then, and chooses before it thinks of the limit: it walks from the newest row to where a page begins, or sorts a history. MySQL
 * reads the whole of a table, for each row that it joins it to, while its statistics say that there is nothing in it.
 */
export function alongIndex(dataSource: DataSource, index: string): string {
  return dataSource.options.type === 'better-sqlite3' ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`;
}

/** The same, along the primary key. */
export function alongKey(dataSource: DataSource, table: string): string {
  return alongIndex(dataSource, dataSource.options.type === 'better-sqlite3' ? `sqlite_autoindex_${table}_1` : 'PRIMARY');
}

/** Conditions that must all hold, with their values in the order of the text. */
export class Conditions {
  readonly values: QueryValue[] = [];
  private readonly parts: string[] = [];

  /** All conditions as text; true when there is none. */
  get sql(): string {
    return this.parts.length === 0 ? '1 = 1' : this.parts.join(' AND ');
  }

  and(sql: string, ...values: readonly QueryValue[]): this {
    this.parts.push(sql);
    this.values.push(...values);
    return this;
  }

  /** A column of identifiers is a value; nothing is asked when the value is left out. */
  is(column: string, value: string | undefined): this {
    if (value === undefined) return this;
    return canBeStoredId(value) ? this.and(`${column} = ?`, value) : this.and('1 = 0');
  }
}
