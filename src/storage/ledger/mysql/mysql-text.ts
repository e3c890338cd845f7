/**
 * SQL text, made by hand: the placeholders of the driver cost more than the statements themselves. All of it is ASCII, which
 * is what the server takes at the lowest price: a literal of another character set is converted twice before it is in its row.
 */
import { escape as escaped } from 'mysql2';
import type { SqlRow, SqlValue } from '../sql-values';

const NEEDS_NO_ESCAPE = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/;
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** A value as SQL. Amounts stand as whole numbers in the text, which is the only form that stays exact in arithmetic. */
export function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return value.toString();
  if (NEEDS_NO_ESCAPE.test(value)) return `'${value}'`;
  return BEYOND_ASCII.test(value) ? `_utf8mb4 X'${Buffer.from(value).toString('hex')}'` : escaped(value);
}

/** `'a', 'b'`: the inside of an IN list. Never empty lists: `IN ()` is no SQL. */
export function list(values: readonly string[]): string {
  return values.map(literal).join(',');
}

/** Leaves out the columns that are NULL in every row: the server parses no faster than it writes, and a quarter of them is. */
export function insertText(table: string, columns: readonly string[], rows: readonly SqlRow[]): string {
  const used = [...columns.keys()].filter((at) => rows.some((row) => row[at] !== null));
  const names = used.map((at) => columns[at]).join(',');
  return `INSERT INTO ${table} (${names}) VALUES ${rows.map((row) => rowText(row, used)).join(',')}`;
}

function rowText(row: SqlRow, used: readonly number[]): string {
  let text = '';
  for (const at of used) text += (text === '' ? '(' : ',') + literal(row[at] ?? null);
  return `${text})`;
}

/** A whole number that depends on the row's id: `CASE id WHEN … END`, or the number itself where there is one row only. */
export function amountById(amounts: readonly { readonly id: string; readonly amount: bigint }[]): string {
  const [only] = amounts;
  if (only !== undefined && amounts.length === 1) return `(${only.amount})`;
  return `CASE id ${amounts.map(({ id, amount }) => `WHEN ${literal(id)} THEN ${amount}`).join(' ')} END`;
}

/** A SELECT of the rows with one of these keys; with no keys, a statement that does nothing. */
export function select(columns: string, table: string, key: string, values: readonly string[], rest = ''): string {
  return values.length === 0 ? 'DO 0' : `SELECT ${columns} FROM ${table} WHERE ${key} IN (${list(values)})${rest}`;
}
