/** A ledger that carries out a batch and loses the answer: the COMMIT's on MySQL, the thread's on SQLite. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { cuttingProxy } from './cutting-proxy';
import type { TestDatabase } from './databases';
import { fragileThread } from './fragile-thread';
import { openLedger, silentLog } from './open-ledger';

export interface ForgetfulLedger extends OpenLedger {
  /** The answer of the next batch is lost. On MySQL one with a refund is written at the first try, whatever else is in it. */
  forget(): void;
  /** Answers that are still to be lost. */
  left(): number;
}

export function forgetfulLedger(database: TestDatabase): Promise<ForgetfulLedger> {
  return database.kind === 'mysql' ? onMysql(database) : onSqlite(database);
}

async function onMysql({ url }: TestDatabase): Promise<ForgetfulLedger> {
  const proxy = await cuttingProxy(url);
  const connections = new MysqlConnections(proxy.url, 2);
  const store = new MysqlLedgerStore({ connections, owner: newId(), clock: systemClock, doubtful: new DoubtfulBatches(silentLog) });
  return {
    store,
    healthy: async () => true,
    forget: () => proxy.cut('after'),
    left: proxy.left,
    close: async () => {
      await connections.close();
      await proxy.close();
    },
  };
}

async function onSqlite(database: TestDatabase): Promise<ForgetfulLedger> {
  let lost = 0;
  const fate = () => {
    if (lost === 0) return undefined;
    lost -= 1;
    return 'after' as const;
  };
  const ledger = await openLedger(database, { startThread: (file) => fragileThread(file, fate) });
  const forget = () => {
    lost += 1;
  };
  return { ...ledger, forget, left: () => lost };
}
