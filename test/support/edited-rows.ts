/** Rows edited by hand: taken out, put in with other values, and put back exactly as they were. */
import type { Row, TestDatabase } from './databases';

export interface TableSchema {
  readonly columns: readonly { readonly name: string; readonly nullable: boolean }[];
  readonly key: readonly string[];
}

/** Every table of the database, as the database itself describes it. */
export async function schemaOf(database: TestDatabase): Promise<ReadonlyMap<string, TableSchema>> {
  const rows = await database.query(database.kind === 'sqlite' ? SQLITE_SCHEMA : MYSQL_SCHEMA);
  const tables = new Map<string, { columns: { name: string; nullable: boolean }[]; key: string[] }>();
  for (const { table_name: table, column_name: name, nullable, in_key: inKey } of rows) {
    const known = tables.get(String(table)) ?? { columns: [], key: [] };
    known.columns.push({ name: String(name), nullable: String(nullable) === '1' });
    if (String(inKey) !== '0') known.key.push(String(name));
    tables.set(String(table), known);
  }
  return tables;
}

const SQLITE_SCHEMA = `SELECT m.name AS table_name, c.name AS column_name, 1 - c."notnull" AS nullable, c.pk AS in_key
  FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`;
const MYSQL_SCHEMA = `SELECT table_name AS table_name, column_name AS column_name, IF(is_nullable = 'YES', 1, 0) AS nullable,
  IF(column_key = 'PRI', 1, 0) AS in_key FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

/**
 * Puts rows in the place of others, calls `look`, and puts those back. Null: the database itself does not take them.
 * @throws whatever `look` throws, with everything back in its place
 */
export async function replaced<T>(
  database: TestDatabase,
  table: string,
  { key }: TableSchema,
  [before, after]: readonly [before: readonly Row[], after: readonly Row[]],
  look: () => Promise<T>,
): Promise<T | null> {
  const remove = (row: Row) =>
    database.query(`DELETE FROM ${table} WHERE ${key.map((name) => `${name} = ${literal(row[name])}`).join(' AND ')}`);
  for (const row of before) await remove(row);
  const there: Row[] = [];
  try {
    for (const row of after) {
      await database.query(insertText(table, row));
      there.push(row);
    }
    return await look();
  } catch (error) {
    if (there.length === after.length) throw error;
    return null;
  } finally {
    for (const row of there) await remove(row);
    for (const row of before) await database.query(insertText(table, row));
  }
}

export function insertText(table: string, row: Row): string {
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`;
}

function literal(value: string | bigint | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** The row with another value in that column: as long, and of the same kind. */
export function withOther(row: Row, column: string): Row {
  const value = row[column] ?? null;
  return { ...row, [column]: typeof value === 'bigint' ? value + 1n : otherText(value ?? 'y') };
}

function otherText(text: string): string {
  return text.endsWith('x') ? `${text.slice(0, -1)}z` : `${text.slice(0, -1)}x`;
}

/** Two rows with what they have in that column exchanged. */
export function swapped(a: Row, b: Row, column: string): readonly Row[] {
  return [
    { ...a, [column]: b[column] ?? null },
    { ...b, [column]: a[column] ?? null },
  ];
}
