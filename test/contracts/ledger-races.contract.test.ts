/** What another process writes on MySQL between the look and the write of a batch: the batch is decided again, by what is there then. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { LedgerItem } from '../../src/ledger/ledger-store';
import { type Exchange, MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import { auditLedger } from '../support/audit';
import { freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, move, place } from '../support/ledger-items';
import { silentLog } from '../support/open-ledger';

const KEY = { id: 'a'.repeat(64), bodyHash: 'b'.repeat(64) };

describe('a batch that another process is faster than, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let connections: MysqlConnections;

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    database = await freshDatabase('mysql');
    connections = new MysqlConnections(database.url, 3);
    for (const account of ['acme', 'globex']) await addWallets(database, account);
    await storeOn(connections).write({ id: newId(), items: [move('acme', 100n), move('acme', 100n, {}, 'CREDIT')] });
  });

  afterEach(async () => {
    if (served) expect(await auditLedger(database)).toEqual([]);
  });

  afterAll(async () => {
    if (!served) return;
    await connections.close();
    await database.drop();
  });

  const storeOn = (on: MysqlConnections) =>
    new MysqlLedgerStore({ connections: on, owner: newId(), clock: systemClock, doubtful: new DoubtfulBatches(silentLog) });

  /** Once, when a batch has looked and is about to write, `first` is written by somebody else. */
  function overtaken(first: LedgerItem): MysqlLedgerStore {
    let waits = true;
    const before = async ([next = '']: readonly string[]) => {
      if (!waits || !next.startsWith('INSERT')) return;
      waits = false;
      await storeOn(connections).write({ id: newId(), items: [first] });
    };
    const slowly =
      (exchange: Exchange): Exchange =>
      async (statements) => {
        await before(statements);
        return exchange(statements);
      };
    const use: MysqlConnections['use'] = (work, withinMs) => connections.use((exchange) => work(slowly(exchange)), withinMs);
    return storeOn(Object.assign(Object.create(connections), { use }));
  }

  it('moves nothing for an external key that has moved money by then, and says so', async () => {
    if (!served) return;
    const codeId = newId();
    const first = move('globex', 5n, { entryKind: 'REDEMPTION' });
    const second = { ...move('acme', 5n, { entryKind: 'REDEMPTION', redemptionCodeId: codeId }), externalKey: first.externalKey };
    expect(await overtaken(first).write({ id: newId(), items: [second] })).toEqual([
      { verdict: 'duplicate', same: false, transferId: first.transferId },
    ]);
  });

  it('places nothing with an idempotency key that has placed a hold by then, and says so', async () => {
    if (!served) return;
    const first = place('acme', 5n, { idempotence: KEY }, 'CREDIT');
    // The second item makes the batch look before it writes.
    const items = [place('acme', 5n, { idempotence: KEY }), place('acme', 1_000n)];
    expect(await overtaken(first).write({ id: newId(), items })).toMatchObject([
      { verdict: 'same_key', state: 'running', requestId: first.request.requestId },
      { verdict: 'insufficient' },
    ]);
  });
});
