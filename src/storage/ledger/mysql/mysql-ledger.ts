/** The ledger on MySQL, MariaDB or TiDB, where many processes may write. */

import { inTime, type LedgerOptions, type OpenLedger } from '../open-ledger';
import { MysqlConnections } from './mysql-connections';
import { DoubtfulBatches } from './mysql-doubt';
import { MysqlRecovery, RECOVERY_TIMINGS, type RecoveryTimings } from './mysql-recovery';
import { MysqlLedgerStore, WRITING_CONNECTIONS } from './mysql-store';

export interface MysqlLedgerOptions extends LedgerOptions {
  /** A database whose migrations have run. */
  readonly url: string;
  /** Called once, when another process has declared this one dead: it must stop placing holds, and end. */
  readonly onFenced: () => void;
  readonly timings?: RecoveryTimings;
}

/** Well below the silence after which a process is suspected. */
const BEAT_TIMEOUT_MS = 2_000;
/** The next checkpoint says more than a late one. */
const NOTE_TIMEOUT_MS = 2_000;

/** Opens the ledger and counts this process among the living, before anything can be placed. */
export async function openMysqlLedger(options: MysqlLedgerOptions): Promise<OpenLedger> {
  const { url, owner, clock, log, onFenced, beforeSweep, timings = RECOVERY_TIMINGS } = options;
  const writing = new MysqlConnections(url, WRITING_CONNECTIONS);
  // Apart: a heartbeat never waits for a batch, a sweep for neither, and nobody for checkpoints.
  const beating = new MysqlConnections(url, 1, BEAT_TIMEOUT_MS);
  const sweeping = new MysqlConnections(url, 1);
  const noting = new MysqlConnections(url, 1, NOTE_TIMEOUT_MS);
  const doubtful = new DoubtfulBatches(log);
  const store = new MysqlLedgerStore({ connections: sweeping, owner, clock, doubtful });
  const recovery = new MysqlRecovery({ beating, sweeping, store, doubtful, owner, clock, log, onFenced, timings, beforeSweep });
  await recovery.start();
  // One question for all who ask: the heartbeat waits behind it on the same connection.
  let check: Promise<unknown> | null = null;
  const ask = () => {
    check = beating
      .use((exchange) => exchange(['DO 0']))
      .finally(() => {
        check = null;
      });
    return check;
  };
  return {
    store: new MysqlLedgerStore({ connections: writing, owner, clock, doubtful, noting, isSilent: () => recovery.isSilent }),
    healthy: async () => recovery.isBeating && (await inTime(check ?? ask())),
    close: async () => {
      await recovery.stop();
      await Promise.all([writing, beating, sweeping, noting].map((each) => each.close()));
    },
  };
}
