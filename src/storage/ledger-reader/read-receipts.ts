/**
 * Receipts, settled and in flight. Open holds are read before receipts: a request that ends in between is then seen
 * twice, and the settled one wins; the other way round it could be seen in neither place.
 */
import type { DataSource } from 'typeorm';
import { inPortions } from '../../kernel/lists';
import type { Page, PageRequest, ReceiptFilter, Scope } from '../../ledger/ledger-reader';
import type { ReadableReceipt } from '../../ledger/receipt';
import { isRowId, type ReceiptPlace, receiptCursor } from '../sql/cursors';
import { rowsOfIds, rowsOfLists } from '../sql/query';
import { fallbacksAsked, receiptsAlong } from './receipt-index';
import { askedOfHolds, askedOfSettled, type Question, questionOf, seenBy } from './receipt-question';
import { inFlightReceipt, OPEN_HOLD, receiptsWithHolds, settledReceipt } from './receipt-rows';
import { readFewOfAll } from './receipts-of-all';

/** Those of the receipts that the scope may see. Two statements for up to 150 ids. */
export async function readReceiptsById(
  dataSource: DataSource,
  ids: readonly string[],
  scope: Scope,
): Promise<ReadonlyMap<string, ReadableReceipt>> {
  const known = ids.filter(isRowId);
  const { sql, values } = seenBy(scope);
  const holds = await rowsOfIds(dataSource, known, (list) => `${OPEN_HOLD} AND r.request_id IN (${list}) AND ${sql}`, values);
  const receipts = await rowsOfIds(
    dataSource,
    known,
    (list) => `${receiptsWithHolds(dataSource, 'receipt r')} WHERE r.id IN (${list}) AND ${sql}`,
    values,
  );
  return byId([...holds.map(inFlightReceipt), ...receipts.map(settledReceipt)]);
}

/**
 * One page, from new to old: by the time at which the requests were received, and by their ids where that is the same. At
 * most two statements, each along an index that has the order of the list; a few more for what is few among all accounts.
 */
export async function readReceiptPage(
  dataSource: DataSource,
  scope: Scope,
  page: PageRequest,
  filter: ReceiptFilter,
): Promise<Page<ReadableReceipt>> {
  const asked = questionOf(page, filter);
  const inFlight = await readInFlight(dataSource, [scope], asked);
  const settled = await readSettled(dataSource, [scope], asked);
  return pageOf([...inFlight, ...settled], page);
}

/** The first keys of a list cost what one costs; there are so many in a statement. */
const KEYS_PER_STATEMENT = 100;

/** The same page of each key's receipts. At most two statements for every 100 keys. */
export async function readReceiptPagesOfKeys(
  dataSource: DataSource,
  keyIds: readonly string[],
  page: PageRequest,
  filter: ReceiptFilter,
): Promise<ReadonlyMap<string, Page<ReadableReceipt>>> {
  const asked = questionOf(page, filter);
  const found = new Map<string, ReadableReceipt[]>(keyIds.map((id) => [id, []]));
  for (const some of inPortions(keyIds, KEYS_PER_STATEMENT)) {
    const scopes = some.map((apiKeyId) => ({ apiKeyId }));
    const inFlight = await readInFlight(dataSource, scopes, asked);
    const settled = await readSettled(dataSource, scopes, asked);
    for (const receipt of [...inFlight, ...settled]) found.get(receipt.record.apiKeyId)?.push(receipt);
  }
  return new Map([...found].map(([id, receipts]) => [id, pageOf(receipts, page)]));
}

function pageOf(receipts: readonly ReadableReceipt[], { first }: PageRequest): Page<ReadableReceipt> {
  const sorted = [...byId(receipts).values()].sort(newestFirst);
  return {
    items: sorted.slice(0, first).map((node) => ({ cursor: receiptCursor(placeOf(node)), node })),
    hasNextPage: sorted.length > first,
  };
}

function placeOf({ record }: ReadableReceipt): ReceiptPlace {
  return { createdAt: BigInt(record.createdAt), id: record.requestId };
}

function newestFirst({ record: a }: ReadableReceipt, { record: b }: ReadableReceipt): number {
  return b.createdAt - a.createdAt || (a.requestId < b.requestId ? 1 : -1);
}

/** Of two with the same id the later one in the list stays. */
function byId(receipts: readonly ReadableReceipt[]): Map<string, ReadableReceipt> {
  return new Map(receipts.map((receipt) => [receipt.record.requestId, receipt]));
}

/** The newest of each scope. */
async function readInFlight(dataSource: DataSource, scopes: readonly Scope[], question: Question): Promise<ReadableReceipt[]> {
  const { filter, limit } = question;
  if ((filter.status ?? 'IN_FLIGHT') !== 'IN_FLIGHT' || filter.withFallback === true) return [];
  const lists = scopes.map((scope) => {
    const asked = askedOfHolds(scope, question);
    const sql = `${OPEN_HOLD} AND ${asked.sql} ORDER BY r.created_at DESC, r.request_id DESC LIMIT ?`;
    return { sql, values: [...asked.values, limit] };
  });
  return (await rowsOfLists(dataSource, lists)).map(inFlightReceipt);
}

async function readSettled(dataSource: DataSource, scopes: readonly Scope[], question: Question): Promise<ReadableReceipt[]> {
  if (question.filter.status === 'IN_FLIGHT') return [];
  const few = scopes.length === 1 && scopes[0] === null ? await readFewOfAll(dataSource, question) : null;
  if (few !== null) return few;
  const lists = await Promise.all(scopes.map((scope) => settledLists(dataSource, scope, question)));
  return (await rowsOfLists(dataSource, lists.flat())).map(settledReceipt);
}

/** The lists that together have the page of the scope. */
async function settledLists(dataSource: DataSource, scope: Scope, question: Question) {
  const { filter, limit } = question;
  const receipts = receiptsWithHolds(dataSource, receiptsAlong(dataSource, scope, filter));
  return (await fallbacksAsked(dataSource, scope, filter)).map((fallbacks) => {
    const asked = askedOfSettled(scope, question).and(fallbacks);
    return { sql: `${receipts} WHERE ${asked.sql} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`, values: [...asked.values, limit] };
  });
}
