/** Many rows in one statement: their values are expressions of the row's number `n`, from 0. */
import type { TestDatabase } from './databases';

const CHUNK = 50_000;
const DIGITS = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
const PLACES = ['a', 'b', 'c', 'd', 'e'];
/** From 0 to 99,999, in a dialect that every database has. */
const NUMBERS = `SELECT ${PLACES.map((place, at) => `${10 ** at} * ${place}.d`).join(' + ')} AS i FROM ${PLACES.map((place) => `(${DIGITS}) ${place}`).join(', ')}`;

/** `columns`: an expression for each column. */
export async function addNumberedRows(
  database: TestDatabase,
  table: string,
  rows: number,
  columns: Readonly<Record<string, string>>,
): Promise<void> {
  const [names, values] = [Object.keys(columns), Object.values(columns)];
  for (let from = 0; from < rows; from += CHUNK) {
    const numbers = `SELECT i + ${from} AS n FROM (${NUMBERS}) digits WHERE i < ${Math.min(CHUNK, rows - from)} ORDER BY i`;
    await database.query(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM (${numbers}) numbers`);
  }
}

/** The expression of an id: ids ascend with `n`, and those of another series are others. `series`: four hexadecimal digits. */
export function numberedIds({ kind }: TestDatabase, series: string): string {
  const tail = `-${series}-7000-8000-000000000000`;
  return kind === 'sqlite' ? `printf('%08x', n) || '${tail}'` : `CONCAT(LPAD(LOWER(HEX(n)), 8, '0'), '${tail}')`;
}

/** The id that `numberedIds` gives to one of them. */
export function numberedId(n: number, series: string): string {
  return `${n.toString(16).padStart(8, '0')}-${series}-7000-8000-000000000000`;
}
