/** Settings of the databases that money relies on, and that a library or a default would silently change. */
import { MysqlConnections, rowsOf } from '../../src/storage/ledger/mysql-connections';
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

  it('refuses an amount that is not a whole number', async () => {
    const insert = (amount: string) => database.query(`INSERT INTO wallet VALUES ('x:RMB', 'x', 'RMB', 'CNY', ${amount}, 0, 0, 0)`);
    await expect(insert('1.5')).rejects.toThrow(/cannot store REAL value/);
    await expect(insert("'much'")).rejects.toThrow(/cannot store TEXT value/);
    await expect(insert('9223372036854775808')).rejects.toThrow(/cannot store REAL value/);
  });

  it('refuses a wallet with less than it holds, whatever the gateway believes', async () => {
    await expect(database.query("INSERT INTO wallet VALUES ('x:RMB', 'x', 'RMB', 'CNY', 1, 2, 0, 0)")).rejects.toThrow(/CHECK/);
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
