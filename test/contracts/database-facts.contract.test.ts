/** Settings of the databases that money relies on, and that a library or a default would silently change. */
import { MysqlConnections, rowsOf } from '../../src/storage/ledger/mysql/mysql-connections';
import { freshDatabase, isServed, type TestDatabase } from '../support/databases';

describe('the embedded database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase('sqlite');
  });
  afterAll(() => database.drop());

  it('has strict tables only, so that no amount turns into a float', async () => {
    const tables = await database.query(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'",
    );
    expect(tables.length).toBeGreaterThan(15);
    for (const { name, sql } of tables) expect({ name, strict: String(sql).includes('STRICT') }).toEqual({ name, strict: true });
  });

  // By its words alone: the driver's error class is another one in each module registry of the test runner.
  const refusalOf = (values: string) =>
    database.query(`INSERT INTO wallet VALUES ('x:RMB', 'x', 'RMB', 'CNY', ${values}, 0, 0)`).then(
      () => 'taken',
      (error: unknown) => String((error as { message?: unknown }).message),
    );

  it('refuses an amount that is not a whole number', async () => {
    expect(await refusalOf('1.5, 0')).toMatch(/cannot store REAL value/);
    expect(await refusalOf("'much', 0")).toMatch(/cannot store TEXT value/);
    expect(await refusalOf('9223372036854775808, 0')).toMatch(/cannot store REAL value/);
  });

  it('refuses a wallet with less than it holds, whatever the gateway believes', async () => {
    expect(await refusalOf('1, 2')).toMatch(/CHECK/);
  });
});

describe('the ledger on MySQL', () => {
  it('works at READ COMMITTED, where the default would deadlock, and in UTC', async () => {
    if (!(await isServed('mysql'))) return;
    const database = await freshDatabase('mysql');
    const connections = new MysqlConnections(database.url, 1);
    try {
      const [isolation, zone] = await connections.use((exchange) =>
        exchange(["SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')", 'SELECT @@time_zone']),
      );
      expect(rowsOf(isolation)[0]?.[1]).toBe('READ-COMMITTED');
      expect(rowsOf(zone)[0]?.[0]).toBe('+00:00');
    } finally {
      await connections.close();
      await database.drop();
    }
  });
});
