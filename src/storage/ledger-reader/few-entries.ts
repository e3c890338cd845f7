/**
 * Entries that are few in a long history: those of a kind other than charges, and those of a key. A page of them would have
 * to pass over all the others, were it read along the chain.
 */
import type { DataSource } from 'typeorm';
import type { EntryKind } from '../../kernel/words';
import { Conditions, rowsOf } from '../sql/query';
import { placeholders } from '../sql/row-values';
import { count } from '../sql/stored-values';

/** So many are put into order for a page. Where there are more, they are close together on the chain. */
const FEW = 5_000;

export interface FewEntries {
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

/** Null: they are many, or nothing tells them from others. At most one statement. */
export async function fewEntries(dataSource: DataSource, { kind, keys, wallets }: EntriesAsked): Promise<FewEntries | null> {
  if (kind !== undefined && kind !== 'CHARGE') return ifFew(dataSource, ofKind(kind, wallets), 'transfer t');
  const [key] = keys;
  return key === undefined ? null : ifFew(dataSource, ofKey(key), 'receipt r');
}

function ofKind(kind: EntryKind, wallets: readonly string[] | null): FewEntries {
  // That it is no charge is said again: an index that leaves charges out is used for nothing less.
  const where = new Conditions().is('t.kind', kind).and("t.kind <> 'CHARGE'");
  if (wallets !== null) where.and(wallets.length === 0 ? '1 = 0' : `t.wallet_id IN (${placeholders(wallets)})`, ...wallets);
  return { entries: () => 'transfer t', where };
}

/** What a key causes are charges, and each is named by its receipt. */
function ofKey(apiKeyId: string): FewEntries {
  const where = new Conditions().is('r.api_key_id', apiKeyId);
  return { entries: (join) => `receipt r ${join} transfer t ON t.id = r.transfer_id`, where };
}

async function ifFew(dataSource: DataSource, few: FewEntries, table: string): Promise<FewEntries | null> {
  const sql = `SELECT COUNT(*) AS found FROM (SELECT 1 FROM ${table} WHERE ${few.where.sql} LIMIT ${FEW + 1}) few`;
  const [row] = await rowsOf(dataSource, sql, few.where.values);
  return row !== undefined && count(row, 'found') <= FEW ? few : null;
}
