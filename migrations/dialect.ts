/** The few words in which the two databases differ. Every table is written once and read by both. */
import type { QueryRunner } from 'typeorm';

interface Words {
  /** An identifier or a word of ours: ASCII, compared byte by byte. */
  id(length?: number): string;
  /** Text of people or providers: any Unicode. */
  text(length: number): string;
  /** JSON and other long text. */
  long: string;
  /** Amounts in nano units, and times in milliseconds. */
  big: string;
  int: string;
  /** Seconds since 1970, by the clock of the database. */
  nowSeconds: string;
  /** What ends a table. */
  end: string;
  /** Gives a column that may be null another length, where texts have one. */
  resize(table: string, column: string, type: string): readonly string[];
  dropIndex(name: string, table: string): string;
  /** An index of the rows that meet a condition, where there are such; of all rows with the columns of the condition first, elsewhere. */
  indexWhere(name: string, table: string, columns: string, condition: { readonly column: string; readonly is: string }): string;
  /** An index that leaves out the rows that do not meet a condition, where an index can; of all rows, by the columns of `elsewhere`, where not. */
  indexOnly(name: string, table: string, columns: string, condition: string, elsewhere?: string): string;
}

// Tables keep the hidden row id: rows are then appended, and a batch touches fewer pages than where long ids order them.
const SQLITE: Words = {
  id: () => 'TEXT',
  text: () => 'TEXT',
  long: 'TEXT',
  big: 'INTEGER',
  int: 'INTEGER',
  nowSeconds: "CAST(strftime('%s', 'now') AS INTEGER)",
  end: ') STRICT',
  resize: () => [],
  dropIndex: (name) => `DROP INDEX ${name}`,
  indexWhere: (name, table, columns, { column, is }) => `CREATE INDEX ${name} ON ${table} (${columns}) WHERE ${column} = '${is}'`,
  indexOnly: (name, table, columns, condition) => `CREATE INDEX ${name} ON ${table} (${columns}) WHERE ${condition}`,
};

const MYSQL: Words = {
  id: (length = 64) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`,
  text: (length) => `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  long: 'MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  big: 'BIGINT',
  int: 'INT',
  nowSeconds: 'UNIX_TIMESTAMP()',
  end: ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
  resize: (table, column, type) => [`ALTER TABLE ${table} MODIFY COLUMN ${column} ${type}`],
  dropIndex: (name, table) => `DROP INDEX ${name} ON ${table}`,
  indexWhere: (name, table, columns, { column }) => `CREATE INDEX ${name} ON ${table} (${column}, ${columns})`,
  indexOnly: (name, table, columns, _condition, elsewhere = columns) => `CREATE INDEX ${name} ON ${table} (${elsewhere})`,
};

export function wordsOf(runner: QueryRunner): Words {
  return runner.connection.options.type === 'better-sqlite3' ? SQLITE : MYSQL;
}

export async function run(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await runner.query(statement);
}

export async function dropTables(runner: QueryRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables) await runner.query(`DROP TABLE IF EXISTS ${table}`);
}
