/** Stores on a database in trouble: the caller hears that it passes, and what is wrong with a row is never taken for it. */

import { createConnection } from 'mysql2/promise';
import type { DataSource, EntityManager } from 'typeorm';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { NO_RATES } from '../../src/keys/api-key';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { createDataSource } from '../../src/storage/data-source';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import { SqlLedgerReader } from '../../src/storage/ledger-reader/ledger-reader';
import { inTransaction, inTurn } from '../../src/storage/sql/in-transaction';
import { abandonServer, leaveServer } from '../../src/storage/sql/while-answering';
import { Sqlite } from '../../src/storage/sqlite-driver';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { eventually } from '../support/eventually';
import { silentLog } from '../support/open-ledger';

const UNAVAILABLE = { name: 'Fault', code: 'temporarily_unavailable' };
const account = (id: string) => ({ id, name: id, createdAt: 1_790_000_000_000, suspendedAt: null, rates: NO_RATES });

/** What callers ask for: through TypeORM, as plain statements, and in a transaction. */
function questionsTo(dataSource: DataSource): readonly [string, () => Promise<unknown>][] {
  const accounts = new TypeormAccountStore(dataSource);
  const reader = new SqlLedgerReader(dataSource);
  return [
    ['a list', () => accounts.list()],
    ['the balances', () => reader.wallets(null)],
    ['a change', () => accounts.add(account(newId()), [], [])],
  ];
}

describe('stores on a database in trouble, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let dataSource: DataSource;
  const others: DataSource[] = [];

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    database = await freshDatabase('mysql');
    proxy = await cuttingProxy(database.url);
    dataSource = await createDataSource({ kind: 'mysql', url: proxy.url }, 2).initialize();
  });

  afterAll(async () => {
    if (!served) return;
    for (const each of [...others, dataSource]) await each.destroy();
    await proxy.close();
    await database.drop();
  });

  const promise = whereServed(() => served);

  /** Another gateway's, with so many connections. */
  const alone = async (poolSize: number) => {
    const other = await createDataSource({ kind: 'mysql', url: database.url }, poolSize).initialize();
    others.push(other);
    return other;
  };

  const troubles: [string, () => void][] = [
    ['that refuses connections', () => proxy.sever()],
    ['that accepts everything and answers nothing', () => proxy.hang()],
    ...(
      [
        [1040, 'too many connections'],
        [1045, 'a password that was changed'],
        [1205, 'a lock that is not given'],
        [1213, 'a deadlock'],
        [1020, 'a row that changed since it was read'],
        [1290, 'read-only by an option'],
        [1836, 'read-only mode'],
        [1021, 'a full disk'],
        [1053, 'shutting down'],
        [1317, 'a statement that was interrupted'],
        [1927, 'a connection that was killed'],
      ] as const
    ).map(([errno, words]): [string, () => void] => [
      `that says ${words} (${errno})`,
      () => proxy.refuse(errno, Number.POSITIVE_INFINITY, /^(SELECT|START)/),
    ]),
  ];

  for (const [words, begin] of troubles) {
    promise(`${words}: the caller hears that it passes, and is served when it has passed`, async () => {
      for (const [what, ask] of questionsTo(dataSource)) {
        begin();
        const heard = await ask().catch((error: unknown) => error);
        proxy.mend();
        expect({ what, heard }).toMatchObject({ what, heard: UNAVAILABLE });
        await ask();
      }
    });
  }

  promise('that is slow and answers others: whoever reads long is not cut', async () => {
    // Longer than it takes to look twice whether the server is there.
    expect(await inTurn(dataSource, (manager) => manager.query('SELECT SLEEP(6) = 0 AS slept'))).toMatchObject([
      { slept: expect.anything() },
    ]);
  });

  promise('a process that stops, or is gone without a word, while it has locked a row keeps others waiting for seconds', async () => {
    const [server] = await database.query('SELECT VERSION() AS version');
    // MySQL knows no limit for transactions alone.
    if (!String(server?.['version']).includes('MariaDB')) return;
    const [stopped, other] = [await alone(1), await alone(1)];
    const change = (manager: EntityManager, name: string) => manager.query('UPDATE account SET name = ? WHERE id = ?', [name, 'locked']);
    await new TypeormAccountStore(other).add(account('locked'), [], []);
    let stops: () => void = () => undefined;
    let wakes: () => void = () => undefined;
    const stoppedNow = new Promise<void>((resolve) => (stops = resolve));
    const awake = new Promise<void>((resolve) => (wakes = resolve));
    const locking = inTransaction(stopped, async (manager) => {
      await change(manager, 'of the stopped');
      stops();
      await awake;
    });
    await stoppedNow;
    await inTransaction(other, (manager) => change(manager, 'of the living'));
    wakes();
    await expect(locking).rejects.toMatchObject(UNAVAILABLE);
    expect(await new TypeormAccountStore(other).find('locked')).toMatchObject({ name: 'of the living' });
  });

  promise('that answers nothing any more: the connections that wait for it are given up', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    await accounts.list();
    proxy.hang();
    await expect(Promise.all([accounts.list(), accounts.list()])).rejects.toMatchObject(UNAVAILABLE);
    await eventually(() => expect(proxy.connections()).toBe(0));
    proxy.mend();
    await accounts.list();
  });

  promise('that answers nothing any more: what waits for a connection fails as well, and is not done when it has passed', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    proxy.hang();
    const ids = Array.from({ length: 8 }, (_, at) => `waiting-${at}`);
    const heard = await Promise.allSettled(ids.map((id) => accounts.add(account(id), [], [])));
    proxy.mend();
    expect(heard).toEqual(ids.map(() => ({ status: 'rejected', reason: expect.objectContaining(UNAVAILABLE) })));
    // Those that waited come first: there are two connections, and each of these questions waits for its turn.
    for (const _ of ids) await accounts.list();
    expect((await accounts.list()).filter(({ id }) => ids.includes(id))).toEqual([]);
  });

  promise('that loses the answer of a commit: the caller hears that it passes, although the change was made', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    proxy.cut('after');
    await expect(accounts.add(account('lost'), [], [])).rejects.toMatchObject(UNAVAILABLE);
    expect(await accounts.find('lost')).toEqual(account('lost'));
  });

  promise('that tells whoever changes a row that it changed since the transaction looked: no transaction is refused for that', async () => {
    const one = await alone(1);
    // Where a server does not know this, it never says so.
    await one.query('SET SESSION innodb_snapshot_isolation = ON').catch(() => undefined);
    const accounts = new TypeormAccountStore(dataSource);
    await accounts.add(account('looked-at'), [], []);
    await inTransaction(one, async (manager) => {
      await manager.query("SELECT name FROM account WHERE id = 'looked-at'");
      await dataSource.query("UPDATE account SET name = 'theirs' WHERE id = 'looked-at'");
      await manager.query("UPDATE account SET name = CONCAT(name, ', then ours') WHERE id = 'looked-at'");
    });
    expect(await accounts.find('looked-at')).toMatchObject({ name: 'theirs, then ours' });
  });

  promise(
    'that takes no change any more on the connections that there are: new ones are made, and only one caller hears of it',
    async () => {
      const one = await alone(2);
      const add = () => new TypeormAccountStore(one).add(account(newId()), [], []);
      // As a server that has become a replica while another took its place at the address.
      const demote = () => inTurn(one, (manager) => manager.query('SET SESSION TRANSACTION READ ONLY'));
      await Promise.all([demote(), demote()]);
      await expect(add()).rejects.toMatchObject({ ...UNAVAILABLE, cause: { errno: 1792 } });
      for (let tries = 0; tries < 4; tries += 1) await add();
    },
  );

  promise('that takes no change any more: whoever only reads leaves it as well, with the next heartbeat of the ledger', async () => {
    const one = await alone(1);
    const connection = async () => (await inTurn(one, (manager) => manager.query('SELECT CONNECTION_ID() AS id')))[0].id;
    const ledger = await openMysqlLedger({
      ...{ url: proxy.url, owner: newId(), clock: systemClock, log: silentLog, onFenced: () => undefined },
      onTakesNoChange: () => leaveServer(one),
    });
    const before = await connection();
    expect(await connection()).toBe(before);
    proxy.refuse(1290, 1, /^UPDATE gateway_process/);
    await eventually(async () => expect(await connection()).not.toBe(before));
    await ledger.close();
  });

  promise('that takes no change any more: no connection of the ledger stays there, whichever of them meets it', async () => {
    const open = async () =>
      (await database.query('SELECT id FROM information_schema.processlist WHERE db = DATABASE()')).map(({ id }) => String(id));
    const theirs = await open();
    const ledger = await openMysqlLedger({ url: proxy.url, owner: newId(), clock: systemClock, log: silentLog, onFenced: () => undefined });
    const its = await eventually(async () => {
      const found = (await open()).filter((id) => !theirs.includes(id));
      expect(found).toHaveLength(2); // The heartbeat's, and one that only reads.
      return found;
    });
    proxy.refuse(1290, 1, /^UPDATE gateway_process/);
    await eventually(async () => expect((await open()).filter((id) => its.includes(id))).toEqual([]));
    await ledger.close();
  });

  promise(
    'that keeps everybody from writing, as a backup does: who changes something hears that it passes, and who reads is served',
    async () => {
      const one = await alone(2);
      const backup = await createConnection({ uri: database.url });
      await backup.query('LOCK TABLES account READ');
      const accounts = new TypeormAccountStore(one);
      const heard = expect(accounts.add(account(newId()), [], [])).rejects.toMatchObject(UNAVAILABLE);
      await accounts.list();
      await heard;
      await backup.end();
      await accounts.add(account(newId()), [], []);
    },
  );

  promise(
    'that is another one by now, while the former one keeps its connections and says nothing: who waits hears that it passes',
    async () => {
      const one = await alone(1);
      const name = `tf_${newId()}`;
      const holder = await alone(1);
      const lock = (sql: string) => inTurn(holder, (manager) => manager.query(sql, [name]));
      await lock('SELECT GET_LOCK(?, 0)');
      const waiting = inTurn(one, (manager) => manager.query('SELECT GET_LOCK(?, 3600)', [name]));
      const heard = expect(waiting).rejects.toMatchObject(UNAVAILABLE);
      await eventually(async () => {
        const [row] = await database.query(
          `SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE '%GET_LOCK(''${name}%'`,
        );
        expect(row?.['n']).toBe(1n);
      });
      abandonServer(one);
      await heard;
      expect(await inTurn(one, (manager) => manager.query('SELECT 1 AS answered'))).toMatchObject([{ answered: expect.anything() }]);
      await lock('SELECT RELEASE_LOCK(?)');
    },
  );

  promise('that is well: a row that it refuses is refused in its own words', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    await accounts.add(account('twin'), [], []);
    await expect(accounts.add(account('twin'), [], [])).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' });
  });
});

describe('stores on a database in trouble, on sqlite', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase('sqlite');
    dataSource = await createDataSource({ kind: 'sqlite', file: database.file }).initialize();
    await dataSource.query('PRAGMA busy_timeout = 0');
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const add = () => new TypeormAccountStore(dataSource).add(account(newId()), [], []);

  it('that is locked: the caller of a change hears that it passes, and is served when it has passed', async () => {
    const other = new Sqlite(database.file);
    other.exec('BEGIN IMMEDIATE');
    await expect(add()).rejects.toMatchObject(UNAVAILABLE);
    other.close();
    await add();
  });

  it.each([
    ['is full', 'PRAGMA max_page_count = 1', 'PRAGMA max_page_count = 1000000', 'SQLITE_FULL'],
    ['may only be read', 'PRAGMA query_only = ON', 'PRAGMA query_only = OFF', 'SQLITE_READONLY'],
  ])('that %s: the caller of a change hears that it passes, and is served when it has passed', async (_, begin, finish, code) => {
    await dataSource.query(begin);
    const many = () => new TypeormAccountStore(dataSource).add(account(newId()), Array.from({ length: 500 }, newId), []);
    await expect(many()).rejects.toMatchObject({ ...UNAVAILABLE, cause: { code } });
    await dataSource.query(finish);
    await many();
  });

  it('that undoes a transaction by itself, as for want of room: whoever comes later is served, and nobody is locked out', async () => {
    const id = newId();
    await new TypeormAccountStore(dataSource).add(account(id), [], []);
    const undone = () =>
      inTransaction(dataSource, (manager) =>
        manager.query('INSERT OR ROLLBACK INTO account (id, name, created_at) SELECT id, name, created_at FROM account WHERE id = ?', [id]),
      );
    await expect(undone()).rejects.toThrow(/constraint/);
    const givenUp = inTransaction(dataSource, async (manager) => {
      await manager.query("UPDATE account SET name = 'never' WHERE id = ?", [id]);
      throw new Error('given up');
    });
    await expect(givenUp).rejects.toThrow('given up');
    const other = new Sqlite(database.file, { timeout: 0 });
    expect(() => other.exec('BEGIN IMMEDIATE; ROLLBACK')).not.toThrow();
    other.close();
    await add();
  });

  it('whose file cannot be read: the reader hears that it passes', async () => {
    const failing = dataSource.manager.query;
    const unreadable = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' });
    dataSource.manager.query = () => Promise.reject(unreadable);
    await expect(new SqlLedgerReader(dataSource).wallets(null)).rejects.toMatchObject({ ...UNAVAILABLE, cause: unreadable });
    dataSource.manager.query = failing;
  });

  it('that is well: a row that it refuses is refused in its own words', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    await accounts.add(account('twin'), [], []);
    await expect(accounts.add(account('twin'), [], [])).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
  });
});
