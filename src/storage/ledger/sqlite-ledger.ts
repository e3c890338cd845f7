/** The ledger on the embedded database: one owner process, one writer thread. */
import type { LedgerBatch, LedgerStore } from '../../ledger/ledger-store';
import { releaseOrphans } from './abandoned';
import { inTime, type LedgerOptions, type OpenLedger } from './open-ledger';
import { prepareBatch } from './prepare';
import { batchText } from './sqlite-batch-text';
import { lockSqliteOwner, type OwnerLock } from './sqlite-owner-lock';
import { SqliteThread } from './sqlite-thread';

export interface SqliteLedgerOptions extends LedgerOptions {
  /** The path of a database whose migrations have run. */
  readonly file: string;
  /** Given when the caller became the owner before (so as to migrate alone); the ledger then leaves it to the caller. */
  readonly ownerLock?: OwnerLock;
}

/**
 * Opens the ledger and releases every hold that a former life of the gateway left open, before anything can be placed.
 * @throws Error when another process owns the database, or when it does not promise full durability
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<OpenLedger> {
  const ownLock = options.ownerLock === undefined ? lockSqliteOwner(options.file) : null;
  const thread = new SqliteThread(options.file);
  const close = async () => {
    await thread.close();
    ownLock?.release();
  };
  const store = storeOn(thread, options);
  try {
    await releaseFormerHolds(thread, store, options);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return { store, close, healthy: () => inTime(thread.call<'ping'>({ call: 'ping' })) };
}

function storeOn(thread: SqliteThread, { owner, clock }: LedgerOptions): LedgerStore {
  return {
    lanes: 1,
    write: async (batch: LedgerBatch) => thread.call<'write'>({ call: 'write', batch: batchText(prepareBatch(batch, owner, clock.now())) }),
  };
}

async function releaseFormerHolds(thread: SqliteThread, store: LedgerStore, { clock, log }: LedgerOptions): Promise<void> {
  const released = await releaseOrphans({
    store,
    log,
    now: () => clock.now(),
    orphans: async (limit, except) => {
      const rows = await thread.call<'openHolds'>({ call: 'openHolds', limit: limit + except.length });
      return rows.filter(([id]) => !except.includes(String(id))).slice(0, limit);
    },
  });
  if (released > 0) log.warn({ released }, 'released the holds that a stopped gateway left open');
}
