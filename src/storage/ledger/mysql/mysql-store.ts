/** The ledger's writer on MySQL: what can be tried again is tried again, with the same batch id, within bounds. */

import type { Clock } from '../../../kernel/clock';
import { Fault } from '../../../kernel/fault';
import type { Checkpoint, LedgerBatch, LedgerStore, LedgerVerdict } from '../../../ledger/ledger-store';
import { isDuplicate, troubleOf } from '../../sql/mysql-errors';
import { progressRow } from '../checkpoint-text';
import { type PreparedBatch, prepareBatch } from '../prepare';
import { writeBatch } from './mysql-batch';
import { noteProgress } from './mysql-checkpoints';
import type { MysqlConnections } from './mysql-connections';
import type { DoubtfulBatches } from './mysql-doubt';
import type { OwnHolds } from './own-holds';

const TRIES_MAX = 5;
/** How long a database in trouble is waited for, all tries together: a client waits for no longer to hear that nothing is held. */
const PATIENCE_MS = 4_000;
/** Ends have the spool to go to, and their clients have an answer to get. */
const PATIENCE_FOR_ENDS_MS = 2_500;
/** What the last try has at least. */
const TRY_MIN_MS = 250;
const PAUSE_MIN_MS = 5;
const PAUSE_MAX_MS = 500;

/** A settlement writes three times what a hold does: with a lane each, holds would wait for their ends. */
const LANES = { ends: 2 };
/** One for each batch in flight. */
export const WRITING_CONNECTIONS = 1 + LANES.ends;

export interface MysqlStorePorts {
  readonly connections: MysqlConnections;
  readonly owner: string;
  readonly clock: Clock;
  /** Where batches go whose outcome nobody knows. */
  readonly doubtful: DoubtfulBatches;
  /** For checkpoints, which hold up no batch there; left out: those of the batches. */
  readonly noting?: MysqlConnections;
  /** Hears what becomes of the holds of this process. Left out: nobody asks. */
  readonly ownHolds?: OwnHolds;
  /** Whether this process may be taken for dead by others, and must not place holds. Left out: it never is. */
  readonly isSilent?: () => boolean;
}

export class MysqlLedgerStore implements LedgerStore {
  readonly lanes = LANES;

  constructor(private readonly ports: MysqlStorePorts) {}

  async checkpoint(checkpoints: readonly Checkpoint[]): Promise<void> {
    const { clock, connections, noting = connections } = this.ports;
    const rows = checkpoints.map((each) => progressRow(each, clock.now()));
    if (rows.length > 0) await noting.use((exchange) => noteProgress(exchange, rows));
  }

  /** @throws Fault `temporarily_unavailable` when the database stays in trouble; other errors are an item's own */
  async write(batch: LedgerBatch): Promise<readonly LedgerVerdict[]> {
    const { clock, owner, ownHolds } = this.ports;
    this.refuseHoldsWhenSilent(batch);
    const prepared = prepareBatch(batch, owner, clock.now());
    const write = () => this.writePrepared(prepared);
    return ownHolds === undefined ? write() : ownHolds.during(prepared.items, write);
  }

  private async writePrepared(prepared: PreparedBatch): Promise<readonly LedgerVerdict[]> {
    const { clock, connections, doubtful } = this.ports;
    const patienceMs = prepared.items.every(({ kind }) => kind === 'end') ? PATIENCE_FOR_ENDS_MS : PATIENCE_MS;
    const until = clock.monotonic() + patienceMs;
    for (let failed = 1; ; failed += 1) {
      try {
        const withinMs = Math.max(until - clock.monotonic(), TRY_MIN_MS);
        return await connections.use((exchange) => writeBatch(exchange, prepared), withinMs);
      } catch (error) {
        if (!isWorthAnother(error, prepared)) throw error;
        if (clock.monotonic() >= until || (troubleOf(error) !== 'lost' && failed >= TRIES_MAX)) {
          doubtful.add(prepared);
          throw new Fault('temporarily_unavailable', 'The ledger cannot be written now.', { cause: error });
        }
        await clock.sleep(pauseAfter(failed));
      }
    }
  }

  /** Others may have ended what this process holds, and would end what it places: it waits for a heartbeat of its own. */
  private refuseHoldsWhenSilent({ items }: LedgerBatch): void {
    if (this.ports.isSilent?.() !== true || items.every(({ kind }) => kind !== 'place')) return;
    throw new Fault('temporarily_unavailable', 'This gateway was cut off from its database for too long to take requests.');
  }
}

/** A second use of one key at the same moment, in another process: the next look finds the first. */
function isWorthAnother(error: unknown, batch: PreparedBatch): boolean {
  if (troubleOf(error) !== 'data') return true;
  if (isDuplicate(error, 'transfer_external')) return batch.items.some((item) => item.kind === 'move');
  return batch.items.some((item) => item.kind === 'place' && item.idempotence !== null && isDuplicate(error, item.idempotence.id));
}

/** Twice as long each time, and never the same for two processes. */
function pauseAfter(failed: number): number {
  return Math.min(PAUSE_MIN_MS * 2 ** failed, PAUSE_MAX_MS) * (0.5 + Math.random());
}
