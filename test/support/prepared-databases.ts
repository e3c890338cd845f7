/**
 * What jest does before the first suite: one database of each kind is migrated, and each suite begins with a copy of it. To migrate
 * anew for every suite takes seconds on MariaDB. What migrations promise has suites of its own, on databases that are none of these.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { format } from 'mysql2';
import { type DatabaseKind, freshDatabase, isServed, PREPARED, preparedIn, type TestDatabase } from './databases';

const TABLES = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';

/** In the process of jest itself, whose environment those of the suites have. */
// biome-ignore lint/style/noDefaultExport: what jest calls is the default export.
export default async function prepare(): Promise<void> {
  if (process.env[PREPARED] !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-prepared-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = preparedIn(folder);
  await withMigrated('sqlite', ({ file }) => copyFileSync(file, files.sqlite));
  if (await isServed('mysql')) await withMigrated('mysql', async (database) => writeFileSync(files.mysql, await statementsOf(database)));
  process.env[PREPARED] = folder;
}

async function withMigrated(kind: DatabaseKind, use: (database: TestDatabase) => Promise<void> | void): Promise<void> {
  const database = await freshDatabase(kind);
  try {
    await use(database);
  } finally {
    await database.drop();
  }
}

/** All tables with the rows that a migrated database has. */
async function statementsOf(database: TestDatabase): Promise<string> {
  const statements: string[] = [];
  for (const { name } of await database.query(TABLES)) {
    const [table] = await database.query(format('SHOW CREATE TABLE ??', [name]));
    statements.push(String(table?.['Create Table']));
    for (const row of await database.query(format('SELECT * FROM ??', [name]))) {
      statements.push(format('INSERT INTO ?? VALUES (?)', [name, Object.values(row).map((value) => value?.toString() ?? null)]));
    }
  }
  return statements.join(';\n');
}
