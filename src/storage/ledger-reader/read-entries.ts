/** Ledger entries, from new to old, with the balances around each. */
import type { DataSource } from 'typeorm';
import { groupBy } from '../../kernel/lists';
import type { EntryFilter, Page, PageRequest, Scope } from '../../ledger/ledger-reader';
import type { LedgerEntry } from '../../ledger/wallet';
import { badCursor, type EntryPlace, placeOfCursor } from '../sql/cursors';
import { alongIndex, alongKey, Conditions, rowsOf, rowsOfIds } from '../sql/query';
import { big, placeholders } from '../sql/row-values';
import { text } from '../sql/stored-values';
import { type LinkQuery, linkAt, linksOfAllWallets, linksOfWallet } from './entry-links';
import { newestFirst } from './entry-order';
import { ENTRY_COLUMNS, entryOf, type Link, linkOf, linkOfEntry } from './entry-rows';
import { sideEntries } from './side-entries';

const US_PER_MS = 1_000n;

/**
 * One page. Newer batches come first; of one instant the wallet with the greater id; within a batch its own order, the
 * last first. The number of statements depends on how many wallets are in view, never on the size of the page.
 */
export async function readEntryPage(
  dataSource: DataSource,
  scope: Scope,
  page: PageRequest,
  filter: EntryFilter,
): Promise<Page<LedgerEntry>> {
  const after = page.after === undefined ? null : placeOfCursor(page.after);
  const wallets = await walletsInView(dataSource, scope, filter);
  const begun = await begunLink(dataSource, wallets, after);
  const side = sideEntries(dataSource, { kind: filter.kind, keys: keysOf(scope, filter), wallets });
  const older = await olderLinks(dataSource, wallets, { ...linkQuery(scope, filter, after, page.first + 1), side });
  const entries = await entriesOfLinks(dataSource, [...begun, ...older]);
  const rest = after === null || begun.length === 0 ? entries : entriesAfter(after, entries);
  const matching = rest.filter((entry) => matches(entry, scope, filter));
  return {
    items: matching.slice(0, page.first).map((node) => ({ cursor: node.cursor, node })),
    hasNextPage: matching.length > page.first,
  };
}

/** The entries of each receipt that was asked for: its charge, and what was given back of it. Two statements for up to 150 receipts. */
export async function readEntriesOfReceipts(
  dataSource: DataSource,
  receiptIds: readonly string[],
): Promise<ReadonlyMap<string, readonly LedgerEntry[]>> {
  const found = new Map<string, LedgerEntry[]>(receiptIds.map((id) => [id, []]));
  for (const sqlFor of [chargesOf, refundsOf]) {
    for (const row of await rowsOfIds(dataSource, receiptIds, (list) => sqlFor(dataSource, list)))
      found.get(text(row, 'of_receipt'))?.push(entryOf(row, linkOf(row)));
  }
  return found;
}

function chargesOf(dataSource: DataSource, list: string): string {
  return `SELECT r.id AS of_receipt, ${ENTRY_COLUMNS}, c.at_us, c.posted_delta, c.posted_after FROM receipt r
    JOIN ${entryOfReceipt(dataSource, 'r')} WHERE r.id IN (${list})`;
}

function refundsOf(dataSource: DataSource, list: string): string {
  return `SELECT f.receipt_id AS of_receipt, ${ENTRY_COLUMNS}, c.at_us, c.posted_delta, c.posted_after FROM refund f
    JOIN ${entryOfReceipt(dataSource, 'f')} WHERE f.receipt_id IN (${list}) ORDER BY c.at_us, t.id`;
}

function entryOfReceipt(dataSource: DataSource, named: 'r' | 'f'): string {
  return `transfer t ${alongKey(dataSource, 'transfer')} ON t.id = ${named}.transfer_id JOIN ${linkOfEntry(dataSource)}`;
}

function entriesWithLinks(dataSource: DataSource): string {
  return `SELECT ${ENTRY_COLUMNS}, t.external_key, c.at_us, c.posted_delta, c.posted_after FROM transfer t JOIN ${linkOfEntry(dataSource)}`;
}

/** Entries by their ids. One statement for up to 150. */
export async function readEntriesById(dataSource: DataSource, ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
  const rows = await rowsOfIds(dataSource, ids, (list) => `${entriesWithLinks(dataSource)} WHERE t.id IN (${list})`);
  return new Map(rows.map((row) => entryOf(row, linkOf(row))).map((entry) => [entry.id, entry]));
}

/** One statement for up to 150. */
export async function readEntriesOfExternalKeys(
  dataSource: DataSource,
  externalKeys: readonly string[],
): Promise<ReadonlyMap<string, LedgerEntry>> {
  const sqlFor = (list: string) => `${entriesWithLinks(dataSource)} WHERE t.external_key IN (${list})`;
  const rows = await rowsOfIds(dataSource, externalKeys, sqlFor);
  return new Map(rows.map((row) => [text(row, 'external_key'), entryOf(row, linkOf(row))]));
}

export async function readRefunded(dataSource: DataSource, receiptId: string): Promise<bigint> {
  const asked = new Conditions().is('receipt_id', receiptId);
  const [row] = await rowsOf(dataSource, `SELECT COALESCE(SUM(amount), 0) AS refunded FROM refund WHERE ${asked.sql}`, asked.values);
  return big(row?.['refunded'] ?? 0n);
}

/** The wallets that a list is about; null: all. */
async function walletsInView(dataSource: DataSource, scope: Scope, filter: EntryFilter): Promise<readonly string[] | null> {
  const keys = keysAsked(scope, filter);
  if (scope === null && filter.walletId === undefined && keys.length === 0) return null;
  const asked = new Conditions().is('w.id', filter.walletId);
  if (scope !== null && 'accountId' in scope) asked.is('w.account_id', scope.accountId);
  for (const key of keys) asked.and(`w.account_id IN (SELECT k.account_id FROM api_key k WHERE ${key.sql})`, ...key.values);
  return (await rowsOf(dataSource, `SELECT w.id FROM wallet w WHERE ${asked.sql}`, asked.values)).map((row) => text(row, 'id'));
}

/** Conditions on a key `k`, one for each that the scope or the filter names. */
function keysAsked(scope: Scope, filter: EntryFilter): Conditions[] {
  return keysOf(scope, filter).map((id) => new Conditions().is('k.id', id));
}

function keysOf(scope: Scope, filter: EntryFilter): string[] {
  const ids = [scope !== null && 'apiKeyId' in scope ? scope.apiKeyId : undefined, filter.apiKeyId];
  return ids.filter((id) => id !== undefined);
}

function linkQuery(scope: Scope, filter: EntryFilter, after: EntryPlace | null, limit: number): Omit<LinkQuery, 'side'> {
  const entry = new Conditions().is('t.kind', filter.kind).is('t.api_key_id', filter.apiKeyId);
  if (scope !== null && 'apiKeyId' in scope) entry.is('t.api_key_id', scope.apiKeyId);
  return { entry, after, fromUs: instantUs(filter.from), toUs: instantUs(filter.to), limit };
}

function instantUs(ms: number | undefined): bigint | null {
  return ms === undefined ? null : BigInt(Math.ceil(ms)) * US_PER_MS;
}

/** The link in the midst of which the page begins, when its wallet is in view. */
async function begunLink(dataSource: DataSource, wallets: readonly string[] | null, after: EntryPlace | null): Promise<Link[]> {
  if (after === null || wallets?.includes(after.walletId) === false) return [];
  const link = await linkAt(dataSource, after);
  if (link === undefined) throw badCursor('ledger entries');
  return [link];
}

async function olderLinks(dataSource: DataSource, wallets: readonly string[] | null, query: LinkQuery): Promise<Link[]> {
  if (wallets === null) return linksOfAllWallets(dataSource, query);
  const links = await Promise.all(wallets.map((wallet) => linksOfWallet(dataSource, wallet, query)));
  return links.flat().sort(byAge);
}

function byAge(a: Link, b: Link): number {
  if (a.atUs !== b.atUs) return a.atUs < b.atUs ? 1 : -1;
  return a.walletId < b.walletId ? 1 : -1;
}

/** All entries of the links, those that nobody asked for too: only together do they tell their order. */
export async function entriesOfLinks(dataSource: DataSource, links: readonly Link[]): Promise<LedgerEntry[]> {
  const wallets = [...new Set(links.map((link) => link.walletId))];
  const batches = links.map((link) => link.batchId);
  const transfers = `transfer t ${alongIndex(dataSource, 'transfer_batch')}`;
  const sqlFor = (list: string) =>
    `SELECT ${ENTRY_COLUMNS} FROM ${transfers} WHERE t.batch_id IN (${list}) AND t.wallet_id IN (${placeholders(wallets)})`;
  const rows = await rowsOfIds(dataSource, batches, sqlFor, wallets);
  const byLink = groupBy(rows, (row) => `${text(row, 'batch_id')} ${text(row, 'wallet_id')}`);
  return links.flatMap((link) => {
    const ofLink = byLink.get(`${link.batchId} ${link.walletId}`) ?? [];
    return newestFirst(
      ofLink.map((row) => entryOf(row, link)),
      link,
    );
  });
}

/** @throws Fault `invalid_request` when no entry stands at the place */
function entriesAfter(place: EntryPlace, entries: readonly LedgerEntry[]): LedgerEntry[] {
  const at = entries.findIndex((entry) => entry.id === place.id && entry.walletId === place.walletId);
  if (at === -1) throw badCursor('ledger entries');
  return entries.slice(at + 1);
}

function matches(entry: LedgerEntry, scope: Scope, filter: EntryFilter): boolean {
  const { kind, apiKeyId, from, to } = filter;
  if (scope !== null && 'apiKeyId' in scope && entry.apiKeyId !== scope.apiKeyId) return false;
  if (kind !== undefined && entry.kind !== kind) return false;
  if (apiKeyId !== undefined && entry.apiKeyId !== apiKeyId) return false;
  return (from === undefined || entry.createdAt >= from) && (to === undefined || entry.createdAt < to);
}
