/** The port through which an audit reads the ledger: everything as of one moment, a page at a time. */
import type { ColumnOf, Row, TableName } from './tables';

/** Only rows with this value in this column; null: only rows that have none there. */
export interface Within<T extends TableName> {
  readonly column: ColumnOf<T>;
  readonly value: string | bigint | null;
}

/** Where a receipt stands among those of its account. */
export type ReceiptPlace = Pick<Row<'receipt'>, 'createdAt' | 'id'>;

/** A row that refers to one which is not there, or that repeats what may be there once. */
export interface Stray {
  /** The number of the invariant. */
  readonly rule: string;
  /** Which row it is: the table and its key. */
  readonly row: string;
  readonly problem: string;
  readonly entryId: string | null;
}

/** What was written once and sealed, and its digest as it is now; null: it is not there. */
export interface SealedFact {
  readonly name: string;
  readonly table: string;
  readonly key: string;
  readonly sealSeq: bigint;
  readonly digest: string;
  readonly now: string | null;
}

export interface LedgerSnapshot {
  /** Rows in the order of the table's key, after the given one (null: from the start), at most `limit`. */
  page<T extends TableName>(table: T, after: string | bigint | null, limit: number, within?: Within<T>): Promise<readonly Row<T>[]>;
  /** Receipts of an account from old to new, by the time at which they were received, after that one (null: from the start), at most `limit`. */
  receiptsOfAccount(accountId: string, after: ReceiptPlace | null, limit: number): Promise<readonly Row<'receipt'>[]>;
  /** Rows that have one of these values in a column, in no order. Any number of values; a value is asked for once. */
  among<T extends TableName>(table: T, column: ColumnOf<T>, values: readonly (string | bigint | null)[]): Promise<readonly Row<T>[]>;
  /** Open holds of the account of one wallet, as requests go on in its other one, or of all. There are as many as requests in flight. */
  openHolds(walletId: string | null): Promise<readonly Row<'hold'>[]>;
  /** Facts that were sealed, by name, after that one (null: from the start), at most `limit`. */
  sealedFacts(after: string | null, limit: number): Promise<readonly SealedFact[]>;
  /** Rows that no walk along the ledger reaches, of one wallet or of all. At most a hundred of each kind. */
  strays(walletId: string | null): Promise<readonly Stray[]>;
}

/** Walks over a whole table, or the part within, page by page: what has been read is not kept. */
export function pagesOf<T extends TableName>(
  snapshot: LedgerSnapshot,
  table: T,
  limit: number,
  keyOf: (row: Row<T>) => string | bigint,
  within?: Within<T>,
): AsyncGenerator<readonly Row<T>[]> {
  return pages<Row<T>>(limit, (last) => snapshot.page(table, last === null ? null : keyOf(last), limit, within));
}

/** The same over the receipts of an account. */
export function pagesOfReceipts(snapshot: LedgerSnapshot, accountId: string, limit: number): AsyncGenerator<readonly Row<'receipt'>[]> {
  return pages<Row<'receipt'>>(limit, (last) => snapshot.receiptsOfAccount(accountId, last, limit));
}

/** The same over the facts that were sealed. */
export function pagesOfFacts(snapshot: LedgerSnapshot, limit: number): AsyncGenerator<readonly SealedFact[]> {
  return pages<SealedFact>(limit, (last) => snapshot.sealedFacts(last?.name ?? null, limit));
}

async function* pages<R>(limit: number, readAfter: (last: R | null) => Promise<readonly R[]>): AsyncGenerator<readonly R[]> {
  let last: R | null = null;
  for (;;) {
    const rows: readonly R[] = await readAfter(last);
    last = rows.at(-1) ?? null;
    if (last === null) return;
    yield rows;
    if (rows.length < limit) return;
  }
}
