/** The port through which an audit reads the ledger: everything as of one moment, a page at a time. */
import type { ColumnOf, Row, TableName } from './tables';

/** Only rows with this value in this column; null: only rows that have none there. */
export interface Within<T extends TableName> {
  readonly column: ColumnOf<T>;
  readonly value: string | bigint | null;
}

/** A row that refers to one which is not there, or that repeats what may be there once. */
export interface Stray {
  /** The number of the invariant. */
  readonly rule: string;
  /** Which row it is: the table and its key. */
  readonly row: string;
  readonly problem: string;
  readonly entryId: string | null;
}

export interface LedgerSnapshot {
  /** Rows in the order of the table's key, after the given one (null: from the start), at most `limit`. */
  page<T extends TableName>(table: T, after: string | bigint | null, limit: number, within?: Within<T>): Promise<readonly Row<T>[]>;
  /** Rows that have one of these values in a column, in no order. Any number of values; a value is asked for once. */
  among<T extends TableName>(table: T, column: ColumnOf<T>, values: readonly (string | bigint | null)[]): Promise<readonly Row<T>[]>;
  /** Open holds of one wallet, or of all. There are as many as requests in flight. */
  openHolds(walletId: string | null): Promise<readonly Row<'hold'>[]>;
  /** Rows that no walk along the ledger reaches, of one wallet or of all. At most a hundred of each kind. */
  strays(walletId: string | null): Promise<readonly Stray[]>;
}

/** Walks over a whole table, or the part within, page by page: what has been read is not kept. */
export async function* pagesOf<T extends TableName>(
  snapshot: LedgerSnapshot,
  table: T,
  limit: number,
  keyOf: (row: Row<T>) => string | bigint,
  within?: Within<T>,
): AsyncGenerator<readonly Row<T>[]> {
  let after: string | bigint | null = null;
  for (;;) {
    const rows: readonly Row<T>[] = await snapshot.page(table, after, limit, within);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    after = keyOf(last);
  }
}
