/** A database in trouble: what it refuses is tried again within bounds, then refused as a whole; never a part of a batch. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { LedgerItem, LedgerStore } from '../../src/ledger/ledger-store';
import { type Exchange, HURRY, MysqlConnections, rowsOf } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import { lockAndLook } from '../../src/storage/ledger/mysql/mysql-view';
import { prepareBatch } from '../../src/storage/ledger/prepare';
import { openLedgerFile, SqliteBatchWriter } from '../../src/storage/ledger/sqlite/sqlite-database';

import { auditLedger } from '../support/audit';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { SLACK_MS } from '../support/eventually';
import { addWallets, end, move, place } from '../support/ledger-items';
import { silentLog } from '../support/open-ledger';

const UNAVAILABLE = { code: 'temporarily_unavailable' };
const TABLES = ['ledger_batch', 'hold', 'receipt', 'attempt', 'transfer', 'wallet_change'];

async function countsOf(database: TestDatabase): Promise<unknown> {
  const counts = await Promise.all(TABLES.map((table) => database.query(`SELECT COUNT(*) AS n FROM ${table}`)));
  return [...counts, await database.query('SELECT id, posted, held, seq FROM wallet ORDER BY id')];
}

describe('a database in trouble, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let connections: MysqlConnections;
  let doubtful: DoubtfulBatches;
  let elapsed = 0;
  let store: LedgerStore;

  /** Time passes by waiting only, so that a test of the patience takes none. */
  const clockThat = (doesOnSleep: () => void) => ({
    now: () => 1_790_000_000_000,
    monotonic: () => elapsed,
    sleep: async (ms: number) => {
      elapsed += ms;
      doesOnSleep();
    },
  });
  const storeWith = (clock = clockThat(() => undefined)) => new MysqlLedgerStore({ connections, owner: newId(), clock, doubtful });

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    database = await freshDatabase('mysql');
    proxy = await cuttingProxy(database.url);
    connections = new MysqlConnections(proxy.url, 2);
    await addWallets(database, 'acme');
  });

  beforeEach(async () => {
    if (!served) return;
    doubtful = new DoubtfulBatches(silentLog);
    store = storeWith();
    await write(move('acme', 1_000n));
  });

  afterAll(async () => {
    if (!served) return;
    await connections.close();
    await proxy.close();
    await database.drop();
  });

  const promise = whereServed(() => served);
  const write = (...items: LedgerItem[]) => store.write({ id: newId(), items });

  const refusals: [number, string][] = [
    [1213, 'a deadlock'],
    [1205, 'a lock that is not given'],
    [1020, 'a row that changed since it was read'],
    [1040, 'too many connections'],
    [1226, 'too many connections of this user'],
    [1021, 'a full disk'],
    [1114, 'a full table'],
    [1290, 'read-only by an option'],
    [1836, 'read-only mode'],
    [3024, 'a statement that takes too long, as MySQL says it'],
    [1969, 'a statement that takes too long, as MariaDB says it'],
  ];

  for (const [errno, words] of refusals) {
    for (const at of [/^START TRANSACTION/, /^COMMIT$/]) {
      promise(`${words} (${errno}) at ${at.source} that passes: the batch is written once`, async () => {
        const hold = place('acme', 100n);
        await write(hold);
        proxy.refuse(errno, 2, at);
        expect(await write(end(hold, 40n), place('acme', 5n), move('acme', 1n))).toMatchObject([
          { verdict: 'done' },
          { verdict: 'granted' },
          { verdict: 'done' },
        ]);
        expect(await auditLedger(database)).toEqual([]);
      });

      promise(`${words} (${errno}) at ${at.source} that stays: the batch is refused, and nothing of it is written`, async () => {
        const hold = place('acme', 100n);
        await write(hold);
        const before = await countsOf(database);
        proxy.refuse(errno, Number.POSITIVE_INFINITY, at);
        const items = [end(hold, 40n), place('acme', 5n), move('acme', 1n)];
        await expect(write(...items)).rejects.toMatchObject(UNAVAILABLE);
        proxy.mend();
        expect(await countsOf(database)).toEqual(before);
        await doubtful.settle(connections);
        await write(end(hold, 40n));
        expect(await auditLedger(database)).toEqual([]);
      });
    }
  }

  promise('a database that hangs is given up within five seconds, and serves again when it is back', async () => {
    const patient = storeWith(systemClock);
    const hold = place('acme', 10n);
    await patient.write({ id: newId(), items: [hold] });
    proxy.hang();
    const startedAt = performance.now();
    await expect(patient.write({ id: newId(), items: [place('acme', 1n)] })).rejects.toMatchObject(UNAVAILABLE);
    const heldUpMs = performance.now() - startedAt;
    await expect(patient.write({ id: newId(), items: [end(hold, 1n)] })).rejects.toMatchObject(UNAVAILABLE);
    const endedMs = performance.now() - startedAt - heldUpMs;
    proxy.mend();
    expect(heldUpMs).toBeLessThan(5_000 + SLACK_MS);
    expect(endedMs).toBeLessThan(3_500 + SLACK_MS);
    await doubtful.settle(connections);
    expect(await patient.write({ id: newId(), items: [end(hold, 1n)] })).toEqual([{ verdict: 'done' }]);
    expect(await auditLedger(database)).toEqual([]);
  });

  promise('a process that stops, or is gone without a word, while it has locked a wallet keeps others waiting for seconds', async () => {
    const stopped = new MysqlConnections(database.url, 1);
    let stops: () => void = () => undefined;
    let wakes: () => void = () => undefined;
    const stoppedNow = new Promise<void>((resolve) => (stops = resolve));
    const awake = new Promise<void>((resolve) => (wakes = resolve));
    const locking = stopped.use(async (exchange) => {
      await lockAndLook(exchange, prepareBatch({ id: newId(), items: [place('acme', 1n)] }, 'stopped', 1), [HURRY, 'START TRANSACTION']);
      stops();
      await awake;
      await exchange(['COMMIT']);
    });
    await stoppedNow;
    expect(await storeWith(systemClock).write({ id: newId(), items: [place('acme', 1n)] })).toEqual([{ verdict: 'granted', amount: 1n }]);
    wakes();
    await expect(locking).rejects.toThrow(/closed|disconnected/);
  });

  promise('what a batch began that failed is undone before its connection is used again', async () => {
    const one = new MysqlConnections(database.url, 1);
    const id = newId();
    const begun = one.use(async (exchange) => {
      await exchange(['START TRANSACTION', `INSERT INTO ledger_batch (id, owner, items, created_at) VALUES ('${id}', 'x', 0, 1)`]);
      throw new Error('an item of it cannot be written');
    });
    await expect(begun).rejects.toThrow('cannot be written');
    await one.use((exchange) => exchange(['START TRANSACTION', 'COMMIT']));
    expect(await database.query(`SELECT id FROM ledger_batch WHERE id = '${id}'`)).toEqual([]);
    await one.close();
  });

  promise('a server that is left is left by the connection that is in use as well', async () => {
    const one = new MysqlConnections(database.url, 1);
    const numberOf = async (exchange: Exchange) => rowsOf((await exchange(['SELECT CONNECTION_ID()']))[0])[0]?.[0];
    const before = await one.use(async (exchange) => {
      one.leaveServer();
      return numberOf(exchange);
    });
    const after = await one.use(numberOf);
    expect(after).not.toBe(before);
    expect(await one.use(numberOf)).toBe(after);
    one.leaveServer();
    expect(await one.use(numberOf)).not.toBe(after);
    await one.close();
  });

  promise('a request that was sent away while its hold was written in doubt has a receipt, and holds nothing', async () => {
    const unlucky = storeWith(clockThat(() => proxy.sever()));
    const hold = place('acme', 100n);
    proxy.cut('after');
    await expect(unlucky.write({ id: newId(), items: [hold] })).rejects.toMatchObject(UNAVAILABLE);
    proxy.mend();
    await doubtful.settle(connections);
    const [receipt] = await database.query(`SELECT * FROM receipt WHERE id = '${hold.request.requestId}'`);
    expect(receipt).toMatchObject({ status: 'FAILED', stop_reason: 'REFUSED', charge: 0n, error_code: 'temporarily_unavailable' });
    expect(await auditLedger(database)).toEqual([]);
  });

  promise('a request whose former hold was released in a batch in doubt still gets its receipt, and holds nothing', async () => {
    const former = place('acme', 100n);
    await write(former);
    const replaces = { holdId: former.holdId, walletId: former.walletId, amount: 100n, placedAt: former.placedAt };
    const credit = place('acme', 50n, { request: former.request, replaces }, 'CREDIT');
    await write(move('acme', 50n, {}, 'CREDIT'));
    const unlucky = storeWith(clockThat(() => proxy.sever()));
    proxy.cut('after');
    await expect(unlucky.write({ id: newId(), items: [credit] })).rejects.toMatchObject(UNAVAILABLE);
    proxy.mend();
    // The request ends on the hold that it knows of, which is no more.
    expect(await write(end(former, 0n))).toEqual([{ verdict: 'not_open' }]);
    await doubtful.settle(connections);
    expect(await database.query(`SELECT state FROM hold WHERE request_id = '${former.request.requestId}'`)).toEqual([
      { state: 'RELEASED' },
      { state: 'RELEASED' },
    ]);
    expect(await database.query(`SELECT charge FROM receipt WHERE id = '${former.request.requestId}'`)).toEqual([{ charge: 0n }]);
    expect(await auditLedger(database)).toEqual([]);
  });
});

describe('a database in trouble, on sqlite', () => {
  let database: TestDatabase;
  let db: ReturnType<typeof openLedgerFile>;
  let writer: SqliteBatchWriter;

  beforeEach(async () => {
    database = await freshDatabase('sqlite');
    await addWallets(database, 'acme');
    db = openLedgerFile(database.file);
    writer = new SqliteBatchWriter(db);
  });

  afterEach(async () => {
    db.close();
    await database.drop();
  });

  const write = (...items: LedgerItem[]) => writer.write(prepareBatch({ id: newId(), items }, 'owner', 1_790_000_000_000));
  const many = () => Array.from({ length: 200 }, () => move('acme', 1n));

  it.each([
    [
      'a full disk',
      'SQLITE_FULL',
      () => db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`),
      () => db.pragma('max_page_count = 1000000'),
    ],
    ['a file that may only be read', 'SQLITE_READONLY', () => db.pragma('query_only = ON'), () => db.pragma('query_only = OFF')],
  ])(
    '%s: the batch is refused as trouble of the database, nothing of it is written, and all of it afterwards',
    async (_, code, begin, finish) => {
      const hold = place('acme', 100n);
      write(move('acme', 1_000n), hold);
      const before = await countsOf(database);
      begin();
      const items = [end(hold, 40n), ...many()];
      expect(() => write(...items)).toThrow(expect.objectContaining({ code }));
      expect(await countsOf(database)).toEqual(before);
      finish();
      expect(new Set(write(...items).map(({ verdict }) => verdict))).toEqual(new Set(['done']));
      expect(await auditLedger(database)).toEqual([]);
    },
  );
});
