/** The ledger's writer on MySQL: what can be tried again is tried again, with the same batch id, within bounds. */
import type { Clock } from '../../kernel/clock';
import { Fault } from '../../kernel/fault';
import type { LedgerBatch, LedgerStore, LedgerVerdict } from '../../ledger/ledger-store';
import { writeBatch } from './mysql-batch';
import type { MysqlConnections } from './mysql-connections';
import type { DoubtfulBatches } from './mysql-doubt';
import { isDuplicate, troubleOf } from './mysql-errors';
import { type PreparedBatch, prepareBatch } from './prepare';

const TRIES_MAX = 5;
/** How long a lost database is waited for, before the batch is given up. */
const PATIENCE_MS = 5_000;
const PAUSE_MIN_MS = 5;
const PAUSE_MAX_MS = 500;

export interface MysqlStorePorts {
  readonly connections: MysqlConnections;
  readonly owner: string;
  readonly clock: Clock;
  /** Where batches go whose outcome nobody knows. */
  readonly doubtful: DoubtfulBatches;
}

export class MysqlLedgerStore implements LedgerStore {
  readonly lanes = 2;

  constructor(private readonly ports: MysqlStorePorts) {}

  /** @throws Fault `temporarily_unavailable` when the database stays in trouble; other errors are an item's own */
  async write(batch: LedgerBatch): Promise<readonly LedgerVerdict[]> {
    const { clock, connections, doubtful, owner } = this.ports;
    const prepared = prepareBatch(batch, owner, clock.now());
    const startedAt = clock.monotonic();
    for (let failed = 1; ; failed += 1) {
      try {
        return await connections.use((exchange) => writeBatch(exchange, prepared));
      } catch (error) {
        if (!isWorthAnother(error, prepared)) throw error;
        if (this.isOver(error, failed, startedAt)) {
          doubtful.add(prepared);
          throw new Fault('temporarily_unavailable', 'The ledger cannot be written now.', { cause: error });
        }
        await clock.sleep(pauseAfter(failed));
      }
    }
  }

  private isOver(error: unknown, failed: number, startedAt: number): boolean {
    return troubleOf(error) === 'lost' ? this.ports.clock.monotonic() - startedAt >= PATIENCE_MS : failed >= TRIES_MAX;
  }
}

/** A second movement of one external key at the same moment, in another process: the next look finds the first. */
function isWorthAnother(error: unknown, batch: PreparedBatch): boolean {
  if (troubleOf(error) !== 'data') return true;
  return isDuplicate(error, 'transfer_external') && batch.items.some((item) => item.kind === 'move');
}

/** Twice as long each time, and never the same for two processes. */
function pauseAfter(failed: number): number {
  return Math.min(PAUSE_MIN_MS * 2 ** failed, PAUSE_MAX_MS) * (0.5 + Math.random());
}
