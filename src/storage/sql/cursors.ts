/** Cursors: the place of a node in its list, as opaque text. */
import { type Fault, wrong } from '../../kernel/fault';
import { placeIn, wholeText } from '../../kernel/whole-text';
import type { Page } from '../../ledger/ledger-reader';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PLACE_OF_RECEIPT = /^(\d{1,15}) ([0-9a-f-]{36})$/;
const PLACE_OF_ENTRY = /^(\d{1,18}) ([0-9a-f-]{36}) ([\x20-\x7e]{1,80})$/;

/** Where a receipt stands in lists. */
export interface ReceiptPlace {
  /** Milliseconds since 1970. */
  readonly createdAt: bigint;
  readonly id: string;
}

/** Where an entry stands in lists. */
export interface EntryPlace {
  /** Microseconds since 1970, strictly ascending on each wallet. */
  readonly atUs: bigint;
  readonly walletId: string;
  /** The id of the transfer. */
  readonly id: string;
}

/** Whether a row of the ledger can have this id: only such ids are asked for. */
export function isRowId(id: string): boolean {
  return UUID.test(id);
}

export function rowCursor(id: string): string {
  return wholeText(id);
}

/** The page of rows that are ordered by id: `read` holds one more than was asked for, where there is one. */
export function pageOfRows<T extends { readonly id: string }>(read: readonly T[], first: number): Page<T> {
  return { items: read.slice(0, first).map((node) => ({ cursor: rowCursor(node.id), node })), hasNextPage: read.length > first };
}

/** The id of the row that the cursor names, in a list of `list`. @throws Fault `invalid_request` */
export function rowIdOfCursor(cursor: string, list: string): string {
  const id = placeIn(cursor);
  if (id === null || !isRowId(id)) throw badCursor(list);
  return id;
}

export function receiptCursor({ createdAt, id }: ReceiptPlace): string {
  return wholeText(`${createdAt} ${id}`);
}

/** @throws Fault `invalid_request` */
export function placeOfReceiptCursor(cursor: string): ReceiptPlace {
  const [, createdAt, id] = PLACE_OF_RECEIPT.exec(placeIn(cursor) ?? '') ?? [];
  if (createdAt === undefined || id === undefined || !isRowId(id)) throw badCursor('receipts');
  return { createdAt: BigInt(createdAt), id };
}

export function entryCursor({ atUs, walletId, id }: EntryPlace): string {
  return wholeText(`${atUs} ${id} ${walletId}`);
}

/** @throws Fault `invalid_request` */
export function placeOfCursor(cursor: string): EntryPlace {
  const [, atUs, id, walletId] = PLACE_OF_ENTRY.exec(placeIn(cursor) ?? '') ?? [];
  if (atUs === undefined || id === undefined || walletId === undefined || !isRowId(id)) throw badCursor('ledger entries');
  return { atUs: BigInt(atUs), walletId, id };
}

export function badCursor(list: string): Fault {
  return wrong('after', `must be the cursor of a node of a list of ${list}`);
}
