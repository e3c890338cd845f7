/** Tells the log why the ledger cannot be written: whoever calls meanwhile hears 503 and no reason. */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import type { Log } from '../kernel/log';
import type { LedgerBatch, LedgerStore, LedgerVerdict } from '../ledger/ledger-store';

const TOLD_EVERY_MS = 60_000;

/** The same ledger. A minute of trouble is one line, however many batches it refuses. */
export function tellingTrouble(store: LedgerStore, log: Pick<Log, 'error'>, clock: Pick<Clock, 'monotonic'>): LedgerStore {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (error: unknown) => {
    if (!(error instanceof Fault) || clock.monotonic() - toldAt < TOLD_EVERY_MS) return;
    toldAt = clock.monotonic();
    log.error({ err: error }, 'the ledger cannot be written: calls are refused as long as that lasts');
  };
  return {
    lanes: store.lanes,
    checkpoint: (checkpoints) => store.checkpoint(checkpoints),
    write: async (batch: LedgerBatch): Promise<readonly LedgerVerdict[]> => {
      try {
        return await store.write(batch);
      } catch (error) {
        tell(error);
        throw error;
      }
    },
  };
}
