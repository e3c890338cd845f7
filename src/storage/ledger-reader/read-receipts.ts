/**
 * Receipts, settled and in flight. Open holds are read before receipts: a request that ends in between is then seen
 * twice, and the settled one wins; the other way round it could be seen in neither place.
 */
import type { DataSource } from 'typeorm';
import type { Page, PageRequest, ReceiptFilter, Scope } from '../../ledger/ledger-reader';
import type { ReadableReceipt } from '../../ledger/receipt';
import { isRowId, placeOfReceiptCursor, type ReceiptPlace, receiptCursor } from '../sql/cursors';
import { Conditions, rowsOfIds, rowsOfLists } from '../sql/query';
import { fallbacksAsked, receiptsAlong } from './receipt-index';
import { inFlightReceipt, OPEN_HOLD, receiptsWithHolds, settledReceipt } from './receipt-rows';

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
 * most two statements, each along an index that has the order of the list.
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
  for (let from = 0; from < keyIds.length; from += KEYS_PER_STATEMENT) {
    const scopes = keyIds.slice(from, from + KEYS_PER_STATEMENT).map((apiKeyId) => ({ apiKeyId }));
    const inFlight = await readInFlight(dataSource, scopes, asked);
    const settled = await readSettled(dataSource, scopes, asked);
    for (const receipt of [...inFlight, ...settled]) found.get(receipt.record.apiKeyId)?.push(receipt);
  }
  return new Map([...found].map(([id, receipts]) => [id, pageOf(receipts, page)]));
}

interface Question {
  readonly after: ReceiptPlace | undefined;
  readonly filter: ReceiptFilter;
  readonly limit: bigint;
}

function questionOf(page: PageRequest, filter: ReceiptFilter): Question {
  return { after: page.after === undefined ? undefined : placeOfReceiptCursor(page.after), filter, limit: BigInt(page.first + 1) };
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
async function readInFlight(
  dataSource: DataSource,
  scopes: readonly Scope[],
  { after, filter, limit }: Question,
): Promise<ReadableReceipt[]> {
  if ((filter.status ?? 'IN_FLIGHT') !== 'IN_FLIGHT' || filter.withFallback === true) return [];
  const lists = scopes.map((scope) => {
    const asked = olderThan(after, 'r.request_id', matching(scope, filter));
    const sql = `${OPEN_HOLD} AND ${asked.sql} ORDER BY r.created_at DESC, r.request_id DESC LIMIT ?`;
    return { sql, values: [...asked.values, limit] };
  });
  return (await rowsOfLists(dataSource, lists)).map(inFlightReceipt);
}

async function readSettled(dataSource: DataSource, scopes: readonly Scope[], question: Question): Promise<ReadableReceipt[]> {
  if (question.filter.status === 'IN_FLIGHT') return [];
  const lists = await Promise.all(scopes.map((scope) => settledLists(dataSource, scope, question)));
  return (await rowsOfLists(dataSource, lists.flat())).map(settledReceipt);
}

/** The lists that together have the page of the scope. */
async function settledLists(dataSource: DataSource, scope: Scope, { after, filter, limit }: Question) {
  const receipts = receiptsWithHolds(dataSource, receiptsAlong(dataSource, scope, filter));
  return (await fallbacksAsked(dataSource, scope, filter)).map((fallbacks) => {
    const asked = olderThan(after, 'r.id', matching(scope, filter)).is('r.status', filter.status).and(fallbacks);
    // What follows from the conditions above is said again: an index that leaves rows out is used for nothing less.
    if (filter.status !== undefined && filter.status !== 'SUCCEEDED') asked.and("r.status <> 'SUCCEEDED'");
    if (filter.routeType === 'OFFICIAL') asked.and("r.route_type <> 'ORDINARY'");
    return { sql: `${receipts} WHERE ${asked.sql} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`, values: [...asked.values, limit] };
  });
}

function olderThan(after: ReceiptPlace | undefined, id: string, asked: Conditions): Conditions {
  if (after === undefined) return asked;
  const { createdAt } = after;
  return asked.and(`r.created_at <= ? AND (r.created_at < ? OR ${id} < ?)`, createdAt, createdAt, after.id);
}

/** What can be asked of receipts and of holds alike. */
function matching(scope: Scope, filter: ReceiptFilter): Conditions {
  const asked = seenBy(scope)
    .is('r.api_key_id', filter.apiKeyId)
    .is('r.project_id', filter.projectId)
    .is('r.run_id', filter.runId)
    .is('r.route_type', filter.routeType);
  // MySQL takes texts for equal that differ by spaces at their end, and clients name models as they like.
  if (filter.model !== undefined) asked.and('r.requested_model = ? AND LENGTH(r.requested_model) = LENGTH(?)', filter.model, filter.model);
  if (filter.from !== undefined) asked.and('r.created_at >= ?', BigInt(Math.ceil(filter.from)));
  if (filter.to !== undefined) asked.and('r.created_at < ?', BigInt(Math.ceil(filter.to)));
  return asked;
}

function seenBy(scope: Scope): Conditions {
  if (scope === null) return new Conditions();
  return 'apiKeyId' in scope ? new Conditions().is('r.api_key_id', scope.apiKeyId) : new Conditions().is('r.account_id', scope.accountId);
}
