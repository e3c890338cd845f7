/** The ledger on MySQL, MariaDB or TiDB, where many processes may write. */

import { inTime, type LedgerOptions, type OpenLedger } from '../open-ledger';
import { MysqlConnections } from './mysql-connections';
import { DoubtfulBatches } from './mysql-doubt';
import { MysqlRecovery, RECOVERY_TIMINGS, type RecoveryTimings } from './mysql-recovery';
import { MysqlLedgerStore, WRITING_CONNECTIONS } from './mysql-store';
import { OwnHolds } from './own-holds';

export interface MysqlLedgerOptions extends LedgerOptions {
  /** A database whose migrations have run. */
  readonly url: string;
  /** Called once, when another process has declared this one dead: it must stop placing holds, and end. */
  readonly onFenced: () => void;
  /**
   * Called whenever the server takes no change, as a former primary does: with the next heartbeat at the latest. Whoever only reads would
   * not notice, and would go on reading there.
   */
  readonly onTakesNoChange?: () => void;
  /**
   * Called when the heartbeat lost its server and found another one at the address, as after a failover. The former one may be frozen, and
   * nothing else tells whoever waits for it, because the one that is asked whether it is there answers.
   */
  readonly onAnotherServer?: () => void;
  readonly timings?: RecoveryTimings;
}

/** Well below the silence after which a process is suspected. */
const BEAT_TIMEOUT_MS = 2_000;
/** The next checkpoint says more than a late one. */
const NOTE_TIMEOUT_MS = 2_000;

/** Opens the ledger and counts this process among the living, before anything can be placed. */
export async function openMysqlLedger(options: MysqlLedgerOptions): Promise<OpenLedger> {
  const { url, owner, clock, log, onFenced, onTakesNoChange, onAnotherServer, beforeSweep, timings = RECOVERY_TIMINGS } = options;
  const leave = () => {
    for (const each of all) each.leaveServer();
    onTakesNoChange?.();
  };
  const move = () => {
    for (const each of [writing, sweeping, noting]) each.leaveServer();
    onAnotherServer?.();
  };
  const writing = new MysqlConnections(url, WRITING_CONNECTIONS, undefined, { onTakesNoChange: leave });
  // Apart: a heartbeat never waits for a batch, a sweep for neither, and nobody for checkpoints.
  const beating = new MysqlConnections(url, 1, BEAT_TIMEOUT_MS, { onTakesNoChange: leave, onAnotherServer: move });
  const sweeping = new MysqlConnections(url, 1);
  const noting = new MysqlConnections(url, 1, NOTE_TIMEOUT_MS);
  const all = [writing, beating, sweeping, noting];
  const doubtful = new DoubtfulBatches(log);
  const ownHolds = new OwnHolds(log);
  const store = new MysqlLedgerStore({ connections: sweeping, owner, clock, doubtful, ownHolds });
  const recovery = new MysqlRecovery({ beating, sweeping, store, doubtful, ownHolds, owner, clock, log, onFenced, timings, beforeSweep });
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
    store: new MysqlLedgerStore({ connections: writing, owner, clock, doubtful, ownHolds, noting, isSilent: () => recovery.isSilent }),
    isLiving: () => recovery.isLiving(),
    healthy: async () => recovery.isBeating && (await inTime(check ?? ask())),
    close: async () => {
      await recovery.stop();
      await Promise.all(all.map((each) => each.close()));
    },
  };
}
