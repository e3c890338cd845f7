/** Tells the log of a database in trouble: whoever calls meanwhile hears 503 and no reason. */
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

/** What each caller meets, and each rule of alerts: as many lines as there are of these would say the same. */
const MET_BY_MANY = ['request', 'rule'];

/** The same log. Of a database in trouble, a minute of lines that many write is the first of each kind, with its reason. */
export function troubleOnceAMinute(log: Log, clock: Pick<Clock, 'monotonic'>): Log {
  const told = new Map<string, (write: () => void) => void>();
  const once = (message: string) => {
    const known = told.get(message) ?? onceAMinute(clock, (write: () => void) => write());
    told.set(message, known);
    return known;
  };
  const quiet = (write: (fields: object, message: string) => void) => (fields: object, message: string) => {
    if (isTrouble(Reflect.get(fields, 'err')) && MET_BY_MANY.some((each) => each in fields)) once(message)(() => write(fields, message));
    else write(fields, message);
  };
  return {
    info: (fields, message) => log.info(fields, message),
    warn: quiet((fields, message) => log.warn(fields, message)),
    error: quiet((fields, message) => log.error(fields, message)),
  };
}

/** Also where the graph has wrapped it. */
function isTrouble(error: unknown): boolean {
  if (error instanceof Fault) return error.code === 'temporarily_unavailable';
  return error instanceof Error && 'originalError' in error && isTrouble(error.originalError);
}
