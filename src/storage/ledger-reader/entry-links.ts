/**
 * Which links of the chains of wallets a page of entries needs. A list runs along an index of the chain, a wallet's by its
 * sequence, that of all wallets by time: a page ends as soon as it is full, however long the history is. Entries that are
 * few, or far from where a page begins, are found from their own side instead, and put into the order of the chain.
 */
import type { DataSource } from 'typeorm';
import type { EntryPlace } from '../sql/cursors';
import { alongIndex, alongKey, Conditions, joinInOrder, rowsOf } from '../sql/query';
import { LINK_COLUMNS, type Link, linkOf, linkOfEntry } from './entry-rows';
import { sequenceAt } from './sequence-at';
import { countUpTo, type SideEntries } from './side-entries';

/** So many entries of all wallets are put into order for a page. */
const FEW = 5_000n;
/** So many links, or entries from the side, are looked at without a thought of which way is the shorter one. */
const NEAR = 1_000n;
/** Links that are passed over in the time in which one entry is found from the side, and put into its place: about six. */
const LINKS_OF_AN_ENTRY = 4n;
/** Later than every link. */
const FOREVER = 2n ** 62n;

/** What a page asks for. Times are microseconds since 1970. */
export interface LinkQuery {
  /** Of an entry `t`. */
  readonly entry: Conditions;
  /** Where the entries are found without the chain; null: nowhere. */
  readonly side: SideEntries | null;
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
  const sql = `SELECT ${LINK_COLUMNS} FROM wallet_change c ${alongIndex(dataSource, 'wallet_change_at')} WHERE c.at_us = ? AND c.wallet_id = ?`;
  return (await rowsOf(dataSource, sql, [place.atUs, place.walletId])).map(linkOf)[0];
}

/** Links of one wallet that together have as many entries as were asked for, from new to old. At most eight statements. */
export async function linksOfWallet(dataSource: DataSource, walletId: string, query: LinkQuery): Promise<Link[]> {
  const { side, fromUs } = query;
  const until = lastInstant(walletId, query);
  const top = until === null ? null : await sequenceAt(dataSource, walletId, until);
  const bottom = fromUs === null ? 0n : await sequenceAt(dataSource, walletId, fromUs - 1n);
  const chain = chainOfWallet(dataSource, walletId, bottom, top);
  if (side === null) return links(dataSource, chain, query, null);
  if ((await countUpTo(dataSource, side, NEAR)) <= NEAR) return links(dataSource, chain, query, side);
  const reach = { walletId, bottom, top: top ?? (await sequenceAt(dataSource, walletId, FOREVER)) };
  return linksOrSide(dataSource, reach, { ...query, side });
}

/** Links behind `bottom`, up to `top`. */
interface Reach {
  readonly walletId: string;
  readonly bottom: bigint;
  readonly top: bigint;
}

/**
 * The chain is followed for as long as the other way would take, and then that one is gone: entries that are close together
 * cost a few links, and those far away no more than all of their own.
 */
async function linksOrSide(dataSource: DataSource, reach: Reach, query: LinkQuery & { readonly side: SideEntries }): Promise<Link[]> {
  const { walletId, bottom, top } = reach;
  const near = await linksWithin(dataSource, reach, NEAR, query);
  if (near !== null) return near;
  const most = (top - bottom) / LINKS_OF_AN_ENTRY;
  const found = await countUpTo(dataSource, query.side, most);
  const all = chainOfWallet(dataSource, walletId, bottom, top);
  if (found > most) return links(dataSource, all, query, null);
  return (await linksWithin(dataSource, reach, found * LINKS_OF_AN_ENTRY, query)) ?? links(dataSource, all, query, query.side);
}

/** Of the newest so many links alone. null: they have fewer entries than are asked for, and are not all. */
async function linksWithin(dataSource: DataSource, reach: Reach, distance: bigint, query: LinkQuery): Promise<Link[] | null> {
  const { walletId, bottom, top } = reach;
  const whole = top - distance <= bottom;
  const chain = chainOfWallet(dataSource, walletId, whole ? bottom : top - distance, top);
  const found = await rowsOfLinks(dataSource, chain, query, null);
  return whole || found.length === query.limit ? distinct(found) : null;
}

/** null: to the newest one. */
function chainOfWallet(dataSource: DataSource, walletId: string, bottom: bigint, top: bigint | null): Chain {
  const where = new Conditions().and('c.wallet_id = ?', walletId);
  if (top !== null) where.and('c.seq <= ?', top);
  if (bottom > 0n) where.and('c.seq > ?', bottom);
  return { table: `wallet_change c ${alongKey(dataSource, 'wallet_change')}`, where, order: 'c.seq DESC' };
}

/** The same over all wallets. At most two statements. */
export async function linksOfAllWallets(dataSource: DataSource, query: LinkQuery): Promise<Link[]> {
  const { after, fromUs, toUs, side } = query;
  const chain = new Conditions();
  if (after !== null) chain.and('c.at_us <= ? AND (c.at_us < ? OR c.wallet_id < ?)', after.atUs, after.atUs, after.walletId);
  if (fromUs !== null) chain.and('c.at_us >= ?', fromUs);
  if (toUs !== null) chain.and('c.at_us < ?', toUs);
  const table = `wallet_change c ${alongIndex(dataSource, 'wallet_change_at')}`;
  const few = side !== null && (await countUpTo(dataSource, side, FEW)) <= FEW ? side : null;
  return links(dataSource, { table, where: chain, order: 'c.at_us DESC, c.wallet_id DESC' }, query, few);
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

async function links(...asked: Parameters<typeof rowsOfLinks>): Promise<Link[]> {
  return distinct(await rowsOfLinks(...asked));
}

/** One for each entry. `side`: where they are found; null: along the chain. */
async function rowsOfLinks(dataSource: DataSource, chain: Chain, { entry, limit }: LinkQuery, side: SideEntries | null): Promise<Link[]> {
  const join = joinInOrder(dataSource);
  const transfers = `transfer t ${alongIndex(dataSource, 'transfer_batch')}`;
  const along = `${chain.table} ${join} ${transfers} ON t.batch_id = c.batch_id AND t.wallet_id = c.wallet_id`;
  const back = `${join} ${linkOfEntry(dataSource)}`;
  const asked = side?.where ?? new Conditions();
  const sql = `SELECT ${LINK_COLUMNS} FROM ${side === null ? along : `${side.entries(join)} ${back}`}
    WHERE ${chain.where.sql} AND ${asked.sql} AND ${entry.sql} ORDER BY ${chain.order} LIMIT ?`;
  const rows = await rowsOf(dataSource, sql, [...chain.where.values, ...asked.values, ...entry.values, BigInt(limit)]);
  return rows.map(linkOf);
}

/** One of each, where a link came with several entries. */
function distinct(found: readonly Link[]): Link[] {
  return found.filter(({ walletId, atUs }, at) => walletId !== found[at - 1]?.walletId || atUs !== found[at - 1]?.atUs);
}
