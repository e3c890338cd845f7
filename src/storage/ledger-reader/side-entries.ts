/**
 * Entries that can be found without the chain of their wallet: those of a kind other than charges, and those of a key. A page
 * of them would have to pass over all the others, were it read along the chain.
 */
import type { DataSource } from 'typeorm';
import type { EntryKind } from '../../kernel/words';
import { alongIndex, alongKey, Conditions, rowsOf } from '../sql/query';
import { big, placeholders } from '../sql/row-values';

export interface SideEntries {
  /** Where they are counted. */
  readonly table: string;
  /** A table of entries `t`, perhaps joined to others. `join` reads its left table first. */
  entries(join: string): string;
  readonly where: Conditions;
}

export interface EntriesAsked {
  readonly kind: EntryKind | undefined;
  /** All of them are asked for: entries of several keys are of none. */
  readonly keys: readonly string[];
  /** null: all. */
  readonly wallets: readonly string[] | null;
}

/** Null: nothing tells them from others. */
export function sideEntries(dataSource: DataSource, { kind, keys, wallets }: EntriesAsked): SideEntries | null {
  if (kind !== undefined && kind !== 'CHARGE') return ofKind(kind, wallets);
  const [key] = keys;
  return key === undefined ? null : ofKey(dataSource, key);
}

function ofKind(kind: EntryKind, wallets: readonly string[] | null): SideEntries {
  // That it is no charge is said again: an index that leaves charges out is used for nothing less.
  const where = new Conditions().is('t.kind', kind).and("t.kind <> 'CHARGE'");
  if (wallets !== null) where.and(wallets.length === 0 ? '1 = 0' : `t.wallet_id IN (${placeholders(wallets)})`, ...wallets);
  return { table: 'transfer t', entries: () => 'transfer t', where };
}

/** What a key causes are charges, and each is named by its receipt. */
function ofKey(dataSource: DataSource, apiKeyId: string): SideEntries {
  const table = `receipt r ${alongIndex(dataSource, 'receipt_key_time')}`;
  const where = new Conditions().is('r.api_key_id', apiKeyId);
  const transfers = `transfer t ${alongKey(dataSource, 'transfer')}`;
  return { table, entries: (join) => `${table} ${join} ${transfers} ON t.id = r.transfer_id`, where };
}

/** How many there are; of more than `most`, that there is one more. One statement. */
export async function countUpTo(dataSource: DataSource, { table, where }: SideEntries, most: bigint): Promise<bigint> {
  const sql = `SELECT COUNT(*) AS found FROM (SELECT 1 FROM ${table} WHERE ${where.sql} LIMIT ?) counted`;
  const [row] = await rowsOf(dataSource, sql, [...where.values, most + 1n]);
  return big(row?.['found'] ?? 0n);
}
