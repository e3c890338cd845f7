/** The ledger's own statements find their rows: none of them walks along the history, however long that is. */
import { newId } from '../../src/kernel/ids';
import { forgetProgress } from '../../src/storage/ledger/mysql/mysql-checkpoints';
import { type Exchange, MysqlConnections, rowsOf } from '../../src/storage/ledger/mysql/mysql-connections';
import { orphanedHolds, silentProcesses } from '../../src/storage/ledger/mysql/mysql-process';
import { SqliteCheckpoints } from '../../src/storage/ledger/sqlite/sqlite-checkpoints';
import { openLedgerFile, SqliteBatchWriter } from '../../src/storage/ledger/sqlite/sqlite-database';
import { addBulkHistory } from '../support/bulk-history';
import { freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const REQUESTS = 5_000;
const LOOKED_AT_MAX = 50;

it('on sqlite, by the plans of all of them', async () => {
  const database = await freshDatabase('sqlite');
  const db = openLedgerFile(database.file);
  const prepared: string[] = [];
  const watched = new Proxy(db, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (name === 'prepare') prepared.push(String(args[0]));
        return Reflect.apply(member, target, args);
      };
    },
  });
  new SqliteBatchWriter(watched);
  new SqliteCheckpoints(watched);
  const planned = prepared.filter((sql) => /^(SELECT|UPDATE|DELETE)/.test(sql));
  expect(planned.length).toBeGreaterThan(10);
  const walks = planned.flatMap((sql) => {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...placesOf(sql)) as { detail: string }[];
    return steps.map(({ detail }) => detail).filter((step) => /^SCAN /.test(step) && !MAY_BE_WALKED.test(step));
  });
  expect(walks).toEqual([]);
  db.close();
  await database.drop();
});

/** Open holds, checkpoints of streams that run or ended just now, and what a call brings itself. */
const MAY_BE_WALKED = /^SCAN (hold USING INDEX hold_open|p USING COVERING INDEX sqlite_autoindex_hold_progress_1|json_each)/;

function placesOf(sql: string): string[] {
  return Array.from({ length: sql.split('?').length - 1 }, () => '0');
}

it('on mysql, by the rows that what goes on in the background looks at', async () => {
  if (!(await isServed('mysql'))) return;
  const database = await freshDatabase('mysql');
  await fill(database);
  const connections = new MysqlConnections(database.url, 1);
  await connections.use(async (exchange) => {
    for (const look of [forgetProgress, (e: Exchange) => orphanedHolds(e, 256, []), (e: Exchange) => silentProcesses(e, 1)]) {
      await exchange(['FLUSH STATUS']);
      await look(exchange);
      const [counters] = await exchange(["SHOW SESSION STATUS LIKE 'Handler_read%'"]);
      const looked = rowsOf(counters).reduce((sum, [, value]) => sum + Number(value), 0);
      expect(looked < LOOKED_AT_MAX || looked).toBe(true);
    }
  });
  await connections.close();
  await database.drop();
});

async function fill(database: TestDatabase): Promise<void> {
  const ledger = await openLedger(database);
  await addWallets(database, 'acme');
  const [ended, open] = [place('acme', 10n), place('acme', 10n)];
  await ledger.store.write({ id: newId(), items: [move('acme', 10n ** 12n), ended, open] });
  await ledger.store.write({ id: newId(), items: [end(ended, 7n)] });
  await addBulkHistory(database, { walletId: 'acme:RMB', requests: REQUESTS, stepMs: 1_000 });
  await ledger.close();
}
