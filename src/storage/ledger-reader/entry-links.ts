/**
 * Which links of the chains of wallets a page of entries needs. A list runs along an index of the chain, a wallet's by its
 * sequence, that of all wallets by time: a page ends as soon as it is full, however long the history is. Entries that are
 * few in theirs are found from their own side instead, and put into the order of the chain.
 */
import type { DataSource } from 'typeorm';
import type { EntryPlace } from '../sql/cursors';
import { alongIndex, Conditions, joinInOrder, rowsOf } from '../sql/query';
import { LINK_COLUMNS, type Link, linkOf } from './entry-rows';
import type { FewEntries } from './few-entries';
import { sequenceAt } from './sequence-at';

/** What a page asks for. Times are microseconds since 1970. */
export interface LinkQuery {
  /** Of an entry `t`. */
  readonly entry: Conditions;
  /** Where the entries are found when they are few; null: along the chain. */
  readonly few: FewEntries | null;
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
  const sql = `SELECT ${LINK_COLUMNS} FROM wallet_change c WHERE c.at_us = ? AND c.wallet_id = ?`;
  return (await rowsOf(dataSource, sql, [place.atUs, place.walletId])).map(linkOf)[0];
}

/** Links of one wallet that together have as many entries as were asked for, from new to old. At most three statements. */
export async function linksOfWallet(dataSource: DataSource, walletId: string, query: LinkQuery): Promise<Link[]> {
  const chain = new Conditions().and('c.wallet_id = ?', walletId);
  const until = lastInstant(walletId, query);
  if (until !== null) chain.and('c.seq <= ?', await sequenceAt(dataSource, walletId, until));
  if (query.fromUs !== null) chain.and('c.seq > ?', await sequenceAt(dataSource, walletId, query.fromUs - 1n));
  return links(dataSource, { table: 'wallet_change c', where: chain, order: 'c.seq DESC' }, query);
}

/** The same over all wallets. One statement. */
export function linksOfAllWallets(dataSource: DataSource, query: LinkQuery): Promise<Link[]> {
  const { after, fromUs, toUs } = query;
  const chain = new Conditions();
  if (after !== null) chain.and('c.at_us <= ? AND (c.at_us < ? OR c.wallet_id < ?)', after.atUs, after.atUs, after.walletId);
  if (fromUs !== null) chain.and('c.at_us >= ?', fromUs);
  if (toUs !== null) chain.and('c.at_us < ?', toUs);
  const table = `wallet_change c ${alongIndex(dataSource, 'wallet_change_at')}`;
  return links(dataSource, { table, where: chain, order: 'c.at_us DESC, c.wallet_id DESC' }, query);
}

/** Of links at the same instant the one of the greater wallet comes first, so the lesser ones are still to come. */
function lastInstant(walletId: string, { after, toUs }: LinkQuery): bigint | null {
  const untilPlace = after === null ? null : walletId < after.walletId ? after.atUs : after.atUs - 1n;
  const untilEnd = toUs === null ? null : toUs - 1n;
  if (untilPlace === null || untilEnd === null) return untilPlace ?? untilEnd;
  return untilPlace < untilEnd ? untilPlace : untilEnd;
}

interface Chain {
  /** The links `c`, along the index that has their order. */
  readonly table: string;
  readonly where: Conditions;
  readonly order: string;
}

async function links(dataSource: DataSource, chain: Chain, { entry, few, limit }: LinkQuery): Promise<Link[]> {
  const join = joinInOrder(dataSource);
  const along = `${chain.table} ${join} transfer t ON t.batch_id = c.batch_id AND t.wallet_id = c.wallet_id`;
  const back = `${join} wallet_change c ON c.batch_id = t.batch_id AND c.wallet_id = t.wallet_id`;
  const asked = few?.where ?? new Conditions();
  const sql = `SELECT ${LINK_COLUMNS} FROM ${few === null ? along : `${few.entries(join)} ${back}`}
    WHERE ${chain.where.sql} AND ${asked.sql} AND ${entry.sql} ORDER BY ${chain.order} LIMIT ?`;
  const rows = await rowsOf(dataSource, sql, [...chain.where.values, ...asked.values, ...entry.values, BigInt(limit)]);
  return distinct(rows.map(linkOf));
}

/** One of each, where a link came with several entries. */
function distinct(found: readonly Link[]): Link[] {
  return found.filter(({ walletId, atUs }, at) => walletId !== found[at - 1]?.walletId || atUs !== found[at - 1]?.atUs);
}
