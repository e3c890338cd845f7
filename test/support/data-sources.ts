/** Runs a suite on each kind of database that is served, with the data source that the gateway itself would open. */
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../src/storage/data-source';
import { type DatabaseKind, freshDatabase, isServed, type Promised, type TestDatabase, whereServed } from './databases';

/** What a suite works on; set before its first test. */
export interface Opened {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
}

/** Calls `suite` for each kind. Its database is fresh, shared by its tests, and dropped after them. */
export function eachDatabase(title: string, suite: (opened: Opened, promise: Promised) => void): void {
  describe.each<DatabaseKind>(['sqlite', 'mysql'])(`${title} on %s`, (kind) => {
    const opened = {} as { database: TestDatabase; dataSource: DataSource };
    let served = false;

    beforeAll(async () => {
      served = await isServed(kind);
      if (!served) return;
      opened.database = await freshDatabase(kind);
      opened.dataSource = await openDatabase(opened.database);
    });

    afterAll(async () => {
      await opened.dataSource?.destroy();
      await opened.database?.drop();
    });

    suite(
      opened,
      whereServed(() => served),
    );
  });
}

/** As it was before the migration whose name begins so. */
export async function undoDownTo(dataSource: DataSource, name: string): Promise<void> {
  const isThere = async () => (await dataSource.query(`SELECT name FROM migrations WHERE name LIKE '${name}%'`)).length > 0;
  while (await isThere()) await dataSource.undoLastMigration();
}
