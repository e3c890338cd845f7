/** A COMMIT without an answer, and a database that goes away: what was written is found, and what was not is written once. */
import { newId } from '../../src/kernel/ids';
import type { LedgerItem, LedgerStore } from '../../src/ledger/ledger-store';
import { MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import { auditLedger } from '../support/audit';
import { type Cut, type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place, refusal } from '../support/ledger-items';
import { openLedger, silentLog } from '../support/open-ledger';

const FULL_DISK = 1021;

describe('a batch whose COMMIT has no answer, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let connections: MysqlConnections;
  let doubtful: DoubtfulBatches;
  let elapsed = 0;
  let store: LedgerStore;

  beforeAll(async () => {
    served = await isServed('mysql');
  });

  beforeEach(async () => {
    if (!served) return;
    database = await freshDatabase('mysql');
    proxy = await cuttingProxy(database.url);
    connections = new MysqlConnections(proxy.url, 2);
    doubtful = new DoubtfulBatches(silentLog);
    const clock = clockThat(() => undefined);
    store = new MysqlLedgerStore({ connections, owner: newId(), clock, doubtful });
    await addWallets(database, 'acme');
    await write(move('acme', 1_000n));
  });

  afterEach(async () => {
    if (!served) return;
    await connections.close();
    await proxy.close();
    expect(await auditLedger(database)).toEqual([]);
    await database.drop();
  });

  /** Time passes only by waiting, so that a test of the patience takes none. */
  const clockThat = (doesOnSleep: () => void) => ({
    now: () => Date.now(),
    monotonic: () => elapsed,
    sleep: async (ms: number) => {
      elapsed += ms;
      doesOnSleep();
    },
  });
  const write = (...items: LedgerItem[]) => store.write({ id: newId(), items });
  /** Writes a batch whose COMMIT is carried out; then the database is away for longer than anybody waits. */
  const doubtfully = async (...items: LedgerItem[]) => {
    proxy.cut('after');
    const unlucky = new MysqlLedgerStore({ connections, owner: newId(), clock: clockThat(() => proxy.sever()), doubtful });
    await expect(unlucky.write({ id: newId(), items })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  };
  const held = async () => (await database.query("SELECT held FROM wallet WHERE id = 'acme:RMB'"))[0]?.['held'];
  const count = async (table: string) => (await database.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n'];

  const cases: [string, Cut[]][] = [
    ['carried out, its answer lost', ['after']],
    ['never arrived', ['before']],
    ['lost three times, then carried out without an answer', ['before', 'before', 'before', 'after']],
    ['lost more often than another trouble is tried again', Array.from({ length: 6 }, () => 'before')],
  ];

  it.each(cases)('is written once when the COMMIT was %s', async (_, cuts) => {
    if (!served) return;
    const settled = place('acme', 100n);
    const released = place('acme', 100n);
    await write(settled, released);
    const batches = await count('ledger_batch');
    proxy.cut(...cuts);
    const granted = place('acme', 500n);
    const payment = move('acme', 50n);
    const refused = refusal('acme');
    expect(await write(granted, place('acme', 900n), end(settled, 30n), end(released, 0n), payment, refused)).toEqual([
      { verdict: 'granted', amount: 500n },
      expect.objectContaining({ verdict: 'insufficient' }),
      { verdict: 'done' },
      { verdict: 'done' },
      { verdict: 'done' },
      { verdict: 'done' },
    ]);
    expect(proxy.left()).toBe(0);
    expect(await count('ledger_batch')).toBe((batches as bigint) + 1n);
    expect(await database.query("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ posted: 1_020n, held: 500n }]);
    expect(await write({ ...payment, transferId: newId() })).toEqual([
      { verdict: 'duplicate', same: true, transferId: payment.transferId },
    ]);
  });

  it('tells an end that came second so, also when the COMMIT was carried out without an answer', async () => {
    if (!served) return;
    const hold = place('acme', 100n);
    await write(hold);
    await write(end(hold, 0n));
    proxy.cut('after');
    expect(await write(end(hold, 30n), move('acme', 1n))).toEqual([{ verdict: 'not_open' }, { verdict: 'done' }]);
    expect(proxy.left()).toBe(0);
  });

  it('tells why a movement was refused, also when the COMMIT was carried out without an answer', async () => {
    if (!served) return;
    const hold = place('acme', 100n);
    const paid = move('acme', 50n);
    await write(hold, paid);
    await write(end(hold, 30n));
    const { requestId: receiptId } = hold.request;
    const other = { ...move('acme', 7n), externalKey: paid.externalKey };
    proxy.cut('after');
    expect(await write(move('acme', 1n), other, move('acme', 31n, { entryKind: 'REFUND', receiptId }), move('acme', -5_000n))).toEqual([
      { verdict: 'done' },
      { verdict: 'duplicate', same: false, transferId: paid.transferId },
      { verdict: 'over_charge', charged: 30n, refunded: 0n },
      { verdict: 'insufficient', available: 1_021n },
    ]);
    expect(proxy.left()).toBe(0);
  });

  it('answers a batch id that was written before with what became of it then', async () => {
    if (!served) return;
    const batch = { id: newId(), items: [place('acme', 600n), place('acme', 600n), move('acme', 1n)] };
    const first = await store.write(batch);
    expect(await store.write(batch)).toMatchObject(first.map(({ verdict }) => ({ verdict })));
    expect(await count('hold')).toBe(1n);
  });

  it('waits for a database that is away for a moment', async () => {
    if (!served) return;
    proxy.sever();
    const clock = clockThat(() => proxy.mend());
    const patient = new MysqlLedgerStore({ connections, owner: newId(), clock, doubtful });
    expect(await patient.write({ id: newId(), items: [place('acme', 1n)] })).toEqual([{ verdict: 'granted', amount: 1n }]);
  });

  it('gives up a database that stays away, with a fault that spares the batch the halving', async () => {
    if (!served) return;
    proxy.sever();
    await expect(write(place('acme', 1n))).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    proxy.mend();
    expect(await count('hold')).toBe(0n);
  });

  it('gives back a hold of which its caller was told that it was not placed', async () => {
    if (!served) return;
    await doubtfully(place('acme', 400n), move('acme', 1n));
    expect(await held()).toBe(400n);
    await expect(doubtful.settle(connections)).rejects.toThrow();
    proxy.mend();
    await doubtful.settle(connections);
    expect(await held()).toBe(0n);
  });

  it.each([
    ['asked whether it was written', /^INSERT INTO ledger_batch/],
    ['about to give it back', /^START TRANSACTION/],
  ])('gives it back with the next sweep where the database takes nothing when it is %s', async (_, at) => {
    if (!served) return;
    await doubtfully(place('acme', 400n));
    proxy.mend();
    proxy.refuse(FULL_DISK, Number.POSITIVE_INFINITY, at);
    await expect(doubtful.settle(connections)).rejects.toMatchObject({ errno: FULL_DISK });
    proxy.mend();
    await doubtful.settle(connections);
    expect(await held()).toBe(0n);
  });

  it('gives back those of others where one of them cannot be', async () => {
    if (!served) return;
    const odd = place('acme', 300n);
    await doubtfully(odd);
    proxy.mend();
    await doubtfully(place('acme', 400n));
    proxy.mend();
    const say = (wallet: string) => database.query(`UPDATE hold SET wallet_id = '${wallet}' WHERE id = '${odd.holdId}'`);
    await say('acme:CREDIT');
    await doubtful.settle(connections);
    expect(await held()).toBe(300n);
    await say('acme:RMB');
    expect(await write(end(odd, 0n))).toEqual([{ verdict: 'done' }]);
  });

  it('makes a batch impossible that was given up before it was written', async () => {
    if (!served) return;
    const batch = { id: newId(), items: [place('acme', 400n)] };
    proxy.sever();
    await expect(store.write(batch)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    proxy.mend();
    await doubtful.settle(connections);
    expect(await store.write(batch)).toEqual([{ verdict: 'refused' }]);
    expect(await count('hold')).toBe(0n);
  });
});

describe.each<DatabaseKind>(['sqlite', 'mysql'])('an end that is sent again, on %s', (kind) => {
  it('is done once, and another end of the same request is refused', async () => {
    if (!(await isServed(kind))) return;
    const database = await freshDatabase(kind);
    await addWallets(database, 'acme');
    const ledger = await openLedger(database);
    const write = (...items: LedgerItem[]) => ledger.store.write({ id: newId(), items });
    const holds = [place('acme', 10n), place('acme', 10n)];
    await write(move('acme', 100n), ...holds);
    const ends = [end(holds[0]!, 4n), end(holds[1]!, 0n), refusal('acme')];
    const done = ends.map(() => ({ verdict: 'done' }));
    expect(await write(...ends)).toEqual(done);
    expect(await write(...ends)).toEqual(done);
    expect(await write(end(holds[0]!, 4n))).toEqual([{ verdict: 'not_open' }]);
    expect(await database.query('SELECT COUNT(*) AS n FROM receipt')).toEqual([{ n: 3n }]);
    expect(await auditLedger(database)).toEqual([]);
    await ledger.close();
    await database.drop();
  });
});
