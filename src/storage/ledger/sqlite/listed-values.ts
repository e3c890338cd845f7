/**
 * Values that are written once each, and named by their places in a list wherever they stand. Most values of a batch are also
 * those of its other items, or stand in several of its rows: a place is shorter than a text, and is written and read faster.
 */
import type { SqlRow, SqlValue } from '../sql-values';

/** JSON has no bigint: what a number holds exactly goes as one, and anything larger as a text in brackets. */
export type PlainValue = string | number | null | readonly [string];
/** Where a value stands in the list. */
export type Place = number;

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The place of null, the commonest value of all: it is looked up nowhere. */
const NULL_AT: Place = 0;

export class ListedValues {
  readonly plain: PlainValue[] = [null];
  private readonly places = new Map<SqlValue, Place>();

  placeOf(value: SqlValue): Place {
    if (value === null) return NULL_AT;
    const known = this.places.get(value);
    if (known !== undefined) return known;
    const place = this.plain.push(plain(value)) - 1;
    this.places.set(value, place);
    return place;
  }

  placesOf(row: SqlRow): Place[] {
    const places: Place[] = [];
    for (const value of row) places.push(this.placeOf(value));
    return places;
  }
}

/** Values as they arrive: a bigint only where no number is exact, since one for each would cost more than the rest of its row. */
export class ArrivedValues {
  private readonly values: readonly SqlValue[];

  constructor(plainValues: readonly PlainValue[]) {
    this.values = plainValues.map((value) => (typeof value === 'object' && value !== null ? BigInt(value[0]) : value));
  }

  rowAt(places: readonly Place[]): SqlRow {
    const row: SqlRow = [];
    for (const place of places) row.push(this.at(place));
    return row;
  }

  amountAt(place: Place): bigint {
    return BigInt(this.at(place) as number | bigint);
  }

  textAt(place: Place): string {
    return this.at(place) as string;
  }

  textOrNullAt(place: Place): string | null {
    return this.at(place) as string | null;
  }

  numberAt(place: Place): number {
    return this.at(place) as number;
  }

  private at(place: Place): SqlValue {
    return this.values[place] as SqlValue;
  }
}

function plain(value: SqlValue): PlainValue {
  if (typeof value !== 'bigint') return value;
  return value <= SAFE && value >= -SAFE ? Number(value) : [String(value)];
}
