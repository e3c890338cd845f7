/** What another process writes on MySQL between the look and the write of a batch: the batch is decided again, by what is there then. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { LedgerItem } from '../../src/ledger/ledger-store';
import { type Exchange, MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import { auditLedger } from '../support/audit';
import { ledgerBed } from '../support/ledger-bed';
import { move, place } from '../support/ledger-items';
import { silentLog } from '../support/open-ledger';

const KEY = { id: 'a'.repeat(64), bodyHash: 'b'.repeat(64) };

describe('a batch that another process is faster than, on mysql', () => {
  let connections: MysqlConnections;
  let [acme, globex] = ['', ''];
  const bed = ledgerBed('mysql', {
    prepare: async () => {
      connections = new MysqlConnections(bed.database.url, 3);
      [acme, globex] = [await bed.accountWith(100n, 'RMB', 'CREDIT'), await bed.accountWith(0n)];
      return () => connections.close();
    },
  });

  afterEach(async () => {
    if (bed.served) expect(await auditLedger(bed.database)).toEqual([]);
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

  bed.promise('moves nothing for an external key that has moved money by then, and says so', async () => {
    const codeId = newId();
    const first = move(globex, 5n, { entryKind: 'REDEMPTION' });
    const second = { ...move(acme, 5n, { entryKind: 'REDEMPTION', redemptionCodeId: codeId }), externalKey: first.externalKey };
    expect(await overtaken(first).write({ id: newId(), items: [second] })).toEqual([
      { verdict: 'duplicate', same: false, transferId: first.transferId },
    ]);
  });

  bed.promise('places nothing with an idempotency key that has placed a hold by then, and says so', async () => {
    const first = place(acme, 5n, { idempotence: KEY }, 'CREDIT');
    // The second item makes the batch look before it writes.
    const items = [place(acme, 5n, { idempotence: KEY }), place(acme, 1_000n)];
    expect(await overtaken(first).write({ id: newId(), items })).toMatchObject([
      { verdict: 'same_key', state: 'running', requestId: first.request.requestId },
      { verdict: 'insufficient' },
    ]);
  });
});
