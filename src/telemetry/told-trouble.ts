/** Tells the log why the ledger cannot be written: whoever calls meanwhile hears 503 and no reason. */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import type { Log } from '../kernel/log';
import { onceAMinute } from '../kernel/once-a-minute';
import type { LedgerBatch, LedgerStore, LedgerVerdict } from '../ledger/ledger-store';

/** The same ledger. A minute of trouble is one line, however many batches it refuses. */
export function tellingTrouble(store: LedgerStore, log: Pick<Log, 'error'>, clock: Pick<Clock, 'monotonic'>): LedgerStore {
  const tell = onceAMinute(clock, (err: Fault) => {
    log.error({ err }, 'the ledger cannot be written: calls are refused as long as that lasts');
  });
  return {
    lanes: store.lanes,
    checkpoint: (checkpoints) => store.checkpoint(checkpoints),
    write: async (batch: LedgerBatch): Promise<readonly LedgerVerdict[]> => {
      try {
        return await store.write(batch);
      } catch (error) {
        if (error instanceof Fault) tell(error);
        throw error;
      }
    },
  };
}
