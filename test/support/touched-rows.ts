/** Rows touched behind the gateway's back, and put back afterwards exactly as they were. */
import type { Row, TestDatabase } from './databases';

/** Changes, deletes or adds rows with raw SQL, calls `look`, and restores every row of these tables. */
export async function touched<T>(
  database: TestDatabase,
  tables: readonly string[],
  statements: readonly string[],
  look: () => Promise<T>,
): Promise<T> {
  const before = new Map<string, readonly Row[]>();
  for (const table of tables) before.set(table, await database.query(`SELECT * FROM ${table}`));
  try {
    for (const statement of statements) await database.query(statement);
    return await look();
  } finally {
    for (const [table, rows] of before) {
      await database.query(`DELETE FROM ${table}`);
      for (const row of rows) await database.query(insertText(table, row));
    }
  }
}

function insertText(table: string, row: Row): string {
  const values = Object.values(row).map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value ?? 'NULL'),
  );
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`;
}
