/** The ledger on the embedded database: one owner process, one writer thread. */
import { Fault } from '../../../kernel/fault';
import { newId } from '../../../kernel/ids';
import { within } from '../../../kernel/within';
import type { Checkpoint, EndRequest, LedgerBatch, LedgerStore, LedgerVerdict } from '../../../ledger/ledger-store';
import { endOrphans } from '../abandoned';
import { FORGOTTEN_AT_ONCE, progressRow } from '../checkpoint-text';
import type { LedgerOptions, OpenLedger } from '../open-ledger';
import { type PreparedBatch, prepareBatch } from '../prepare';
import { refusedEnds } from '../refused-ends';
import { batchText } from './sqlite-batch-text';
import { unavailable } from './sqlite-errors';
import { SqliteHealth } from './sqlite-health';
import { lockSqliteOwner, type OwnerLock } from './sqlite-owner-lock';
import { SqliteThread, type ThreadOptions } from './sqlite-thread';

export interface SqliteLedgerOptions extends LedgerOptions {
  /** The path of a database whose migrations have run. */
  readonly file: string;
  /** Given when the caller became the owner before (so as to migrate alone); the ledger then leaves it to the caller. */
  readonly ownerLock?: OwnerLock;
  /** In the place of the ledger's own thread, for tests. */
  readonly startThread?: ThreadOptions['start'];
}

/** How often checkpoints of holds that have ended are deleted, while new ones are written. */
const FORGET_EVERY_MS = 30_000;
/** How long a batch is waited for: a client waits for no longer to hear that nothing is held. */
const PATIENCE_MS = 4_000;
const GIVE_BACK_AGAIN_MS = 1_000;

/**
 * Opens the ledger and ends every hold that a former life of the gateway left open, before anything can be placed: settled
 * at its checkpoint, or released.
 * @throws Error when another process owns the database, or when it does not promise full durability
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<OpenLedger> {
  const ownLock = options.ownerLock === undefined ? lockSqliteOwner(options.file) : null;
  const onLost = (err: Error) => options.log.error({ err }, 'the thread of the ledger has died: it is started again');
  const thread = new SqliteThread({
    file: options.file,
    onLost,
    ...(options.startThread === undefined ? {} : { start: options.startThread }),
  });
  const close = async () => {
    await thread.close();
    ownLock?.release();
  };
  const health = new SqliteHealth(() => thread.call<'ping'>({ call: 'ping' }), options.clock);
  const store = storeOn(thread, options, health);
  try {
    await options.beforeSweep?.(store);
    await endFormerHolds(thread, store, options);
    await forgetEnded(thread);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return { store, close, healthy: () => health.isGood() };
}

function storeOn(thread: SqliteThread, options: LedgerOptions, health: SqliteHealth): LedgerStore {
  const { owner, clock } = options;
  let forgotAt = clock.monotonic();
  return {
    // The thread has something to write while the rows of the next batch are made.
    lanes: 'one_ahead',
    checkpoint: async (checkpoints: readonly Checkpoint[]) => {
      if (checkpoints.length === 0) return;
      await thread.call<'note'>({ call: 'note', rows: checkpoints.map((each) => progressRow(each, clock.now())) });
      if (clock.monotonic() - forgotAt < FORGET_EVERY_MS) return;
      forgotAt = clock.monotonic();
      await forgetEnded(thread);
    },
    write: async (batch: LedgerBatch) =>
      writeInTime(thread, prepareBatch(batch, owner, clock.now()), options).catch((error: unknown) => {
        health.doubt();
        throw error;
      }),
  };
}

/** Some at a time, so that batches come in between. */
async function forgetEnded(thread: SqliteThread): Promise<void> {
  while ((await thread.call<'forget'>({ call: 'forget' })) === FORGOTTEN_AT_ONCE);
}

/**
 * A disk that hangs, or a thread that is being started again, keeps nobody for longer. When such a batch is written after
 * all, its holds are nobody's: they end at once.
 */
async function writeInTime(thread: SqliteThread, batch: PreparedBatch, options: LedgerOptions): Promise<readonly LedgerVerdict[]> {
  const writing = thread.call<'write'>({ call: 'write', batch: batchText(batch) });
  const verdicts = await within(PATIENCE_MS, writing, () => null);
  if (verdicts !== null) return verdicts;
  writing.then((late) => giveBack(thread, refusedEnds(batch, late), options)).catch(() => undefined);
  throw unavailable(new Error(`The ledger thread did not answer within ${PATIENCE_MS} ms.`));
}

async function giveBack(thread: SqliteThread, items: readonly EndRequest[], { owner, clock, log }: LedgerOptions): Promise<void> {
  while (items.length > 0 && !thread.isClosed) {
    try {
      await thread.call<'write'>({ call: 'write', batch: batchText(prepareBatch({ id: newId(), items }, owner, clock.now())) });
      log.warn({ released: items.length }, 'gave back holds that were placed when their requests had gone');
      return;
    } catch (err) {
      log.error({ err }, 'holds that were placed when their requests had gone could not be given back');
      if (!(err instanceof Fault)) return;
      await clock.sleep(GIVE_BACK_AGAIN_MS);
    }
  }
}

async function endFormerHolds(thread: SqliteThread, store: LedgerStore, { clock, log }: LedgerOptions): Promise<void> {
  const swept = await endOrphans({
    store,
    log,
    now: () => clock.now(),
    orphans: async (limit, except) => {
      const rows = await thread.call<'openHolds'>({ call: 'openHolds', limit: limit + except.length });
      return rows.filter(([id]) => !except.includes(String(id))).slice(0, limit);
    },
    progressOf: async (holdIds) => new Map(await thread.call<'progress'>({ call: 'progress', holdIds })),
  });
  if (swept.settled + swept.released > 0) log.warn({ ...swept }, 'ended the holds that a stopped gateway left open');
}
