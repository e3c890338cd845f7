/**
 * Which links of the chains of wallets a page of entries needs. Every list begins at the chain and runs along an index of
 * it, the one of its wallet or the one of all: a page ends as soon as it is full, however long the history is.
 */
import type { DataSource } from 'typeorm';
import type { EntryPlace } from './cursors';
import { LINK_COLUMNS, type Link, linkOf } from './entry-rows';
import { Conditions, rowsOf } from './query';

/** What a page asks for. Times are microseconds since 1970. */
export interface LinkQuery {
  /** Of an entry `t`. */
  readonly entry: Conditions;
  /** Only links older than this place. */
  readonly after: EntryPlace | null;
  /** Inclusive. */
  readonly fromUs: bigint | null;
  /** Exclusive. */
  readonly toUs: bigint | null;
  /** How many entries have to be found, as far as there are so many. */
  readonly limit: number;
}

/** The link in which a place is; undefined when there is none. */
export async function linkAt(dataSource: DataSource, place: EntryPlace): Promise<Link | undefined> {
  const sql = `SELECT ${LINK_COLUMNS} FROM wallet_change c WHERE c.wallet_id = ? AND c.at_us = ?`;
  return (await rowsOf(dataSource, sql, [place.walletId, place.atUs])).map(linkOf)[0];
}

/** Links of one wallet that together have as many entries as were asked for, from new to old. */
export function linksOfWallet(dataSource: DataSource, walletId: string, query: LinkQuery): Promise<Link[]> {
  const { after } = query;
  const chain = new Conditions().and('c.wallet_id = ?', walletId);
  // Of links at the same instant the one of the greater wallet comes first, so the lesser ones are still to come.
  if (after !== null) chain.and(walletId < after.walletId ? 'c.at_us <= ?' : 'c.at_us < ?', after.atUs);
  return links(dataSource, chain, query, 'c.at_us DESC');
}

/** The same over all wallets. */
export function linksOfAllWallets(dataSource: DataSource, query: LinkQuery): Promise<Link[]> {
  const { after } = query;
  const chain = new Conditions();
  if (after !== null) chain.and('c.at_us <= ? AND (c.at_us < ? OR c.wallet_id < ?)', after.atUs, after.atUs, after.walletId);
  return links(dataSource, chain, query, 'c.at_us DESC, c.wallet_id DESC');
}

async function links(dataSource: DataSource, chain: Conditions, query: LinkQuery, order: string): Promise<Link[]> {
  const { entry, fromUs, toUs, limit } = query;
  if (fromUs !== null) chain.and('c.at_us >= ?', fromUs);
  if (toUs !== null) chain.and('c.at_us < ?', toUs);
  // Both words keep the order of the tables: the chain leads.
  const join = dataSource.options.type === 'better-sqlite3' ? 'CROSS JOIN' : 'STRAIGHT_JOIN';
  const sql = `SELECT ${LINK_COLUMNS} FROM wallet_change c
    ${join} transfer t ON t.batch_id = c.batch_id AND t.wallet_id = c.wallet_id
    WHERE ${chain.sql} AND ${entry.sql} ORDER BY ${order} LIMIT ?`;
  const rows = await rowsOf(dataSource, sql, [...chain.values, ...entry.values, BigInt(limit)]);
  return distinct(rows.map(linkOf));
}

/** One of each, where a link came with several entries. */
function distinct(found: readonly Link[]): Link[] {
  return found.filter(({ walletId, atUs }, at) => walletId !== found[at - 1]?.walletId || atUs !== found[at - 1]?.atUs);
}
