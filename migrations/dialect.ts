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
  /** What follows the closing bracket of a table whose primary key is an identifier. */
  end: string;
}

const SQLITE: Words = {
  id: () => 'TEXT',
  text: () => 'TEXT',
  long: 'TEXT',
  big: 'INTEGER',
  int: 'INTEGER',
  end: ') STRICT, WITHOUT ROWID',
};

const MYSQL: Words = {
  id: (length = 64) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`,
  text: (length) => `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  long: 'MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  big: 'BIGINT',
  int: 'INT',
  end: ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
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
