/**
 * Values that are written once each, and named by their index in a list wherever they stand. Most values of a batch are also
 * those of its other items, or stand in several of its rows: an index is shorter than a text, and is written and read faster.
 */
import type { SqlRow, SqlValue } from '../sql-values';

/** JSON has no bigint: what a number holds exactly goes as one, and anything larger as a text in brackets. */
export type PlainValue = string | number | null | readonly [string];
/** Where a value stands in the list. */
export type Index = number;

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The index of null, the commonest value of all: it is looked up nowhere. */
const NULL_AT: Index = 0;

export class ListedValues {
  readonly plain: PlainValue[] = [null];
  private readonly indexes = new Map<SqlValue, Index>();

  indexOf(value: SqlValue): Index {
    if (value === null) return NULL_AT;
    const known = this.indexes.get(value);
    if (known !== undefined) return known;
    const index = this.plain.push(plain(value)) - 1;
    this.indexes.set(value, index);
    return index;
  }

  indexesOf(row: SqlRow): Index[] {
    const indexes: Index[] = [];
    for (const value of row) indexes.push(this.indexOf(value));
    return indexes;
  }
}

/** Values as they arrive: a bigint only where no number is exact, since one for each would cost more than the rest of its row. */
export class ArrivedValues {
  private readonly values: readonly SqlValue[];

  constructor(plainValues: readonly PlainValue[]) {
    this.values = plainValues.map((value) => (typeof value === 'object' && value !== null ? BigInt(value[0]) : value));
  }

  rowAt(indexes: readonly Index[]): SqlRow {
    const row: SqlRow = [];
    for (const index of indexes) row.push(this.at(index));
    return row;
  }

  amountAt(index: Index): bigint {
    return BigInt(this.at(index) as number | bigint);
  }

  textAt(index: Index): string {
    return this.at(index) as string;
  }

  textOrNullAt(index: Index): string | null {
    return this.at(index) as string | null;
  }

  numberAt(index: Index): number {
    return this.at(index) as number;
  }

  private at(index: Index): SqlValue {
    return this.values[index] as SqlValue;
  }
}

function plain(value: SqlValue): PlainValue {
  if (typeof value !== 'bigint') return value;
  return value <= SAFE && value >= -SAFE ? Number(value) : [String(value)];
}
