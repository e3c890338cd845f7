/** Brings the ends of requests that wait on the disk into the ledger, each once, as soon as the ledger takes them. */
import type { Clock } from '../../kernel/clock';
import type { EndRequest } from '../../ledger/ledger-store';
import type { SettlementSpool } from '../../ledger/settlement-spool';
import { bareEnd, type EndMeans, endOnce, isUnavailable, ReceiptedFault } from './end-durably';

const BATCH_MAX = 256;
const PAUSE_MS = 1_000;

export interface ReplayPorts extends EndMeans {
  readonly spool: SettlementSpool;
}

/**
 * Ends every request that waits. Safe to run twice and in two processes at once: the ledger knows an end that it has
 * written, and one whose hold was swept meanwhile changes nothing.
 * @returns how many requests left the spool
 * @throws Fault `temporarily_unavailable` while the ledger is away, and what the disk says; what is left waits on
 */
export async function replaySpool(ports: ReplayPorts): Promise<number> {
  let replayed = 0;
  for (;;) {
    const items = await ports.spool.waiting(BATCH_MAX);
    if (items.length === 0) break;
    const ended = await Promise.allSettled(items.map((item) => replayOne(ports, item)));
    await ports.spool.forget(ended.flatMap((one) => (one.status === 'fulfilled' && one.value !== null ? [one.value] : [])));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    replayed += items.length;
  }
  if (replayed > 0) ports.log.warn({ replayed }, 'settlements that waited on the disk are in the ledger now');
  return replayed;
}

/** @returns the request when it need not wait any more; null when it was set aside */
async function replayOne(ports: ReplayPorts, item: EndRequest): Promise<string | null> {
  const { requestId } = item.receipt;
  try {
    await endOnce(ports, item).catch((error) => {
      if (isFinal(error)) throw error;
      ports.log.error({ err: error, receipt: requestId }, 'a settlement from the spool was refused by the ledger for its content');
      return endOnce(ports, bareEnd(item));
    });
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // A late one is said already. Both are kept: they are the only trace of what was delivered.
    if (!(error instanceof ReceiptedFault)) {
      ports.log.error({ err: error, receipt: requestId }, 'a settlement from the spool cannot be written at all: it is set aside');
    }
    await ports.spool.setAside(requestId, String(error));
    return null;
  }
  return requestId;
}

function isFinal(error: unknown): boolean {
  return isUnavailable(error) || error instanceof ReceiptedFault;
}

/** The spool of a running gateway: whatever it keeps is replayed in the background until nothing waits. */
export class ReplayedSpool {
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly ports: ReplayPorts & { readonly clock: Clock }) {}

  /** As `SettlementSpool.keep`. */
  async keep(item: EndRequest): Promise<void> {
    await this.ports.spool.keep(item);
    this.ports.log.warn({ receipt: item.receipt.requestId }, 'the ledger is away: this settlement waits on the disk');
    this.wake();
  }

  private wake(): void {
    this.running ??= this.untilEmpty().finally(() => {
      this.running = null;
    });
  }

  /** Resolves when nothing is being replayed. */
  async idle(): Promise<void> {
    await this.running;
  }

  /** One last try. What the ledger does not take then stays on the disk for the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    await replaySpool(this.ports).catch((err) => this.ports.log.warn({ err }, 'settlements stay on the disk for the next start'));
  }

  private async untilEmpty(): Promise<void> {
    for (;;) {
      await this.ports.clock.sleep(PAUSE_MS);
      if (this.stopped) return;
      try {
        await replaySpool(this.ports);
        return;
      } catch (err) {
        if (!isUnavailable(err)) this.ports.log.error({ err }, 'the spool could not be replayed; trying again');
      }
    }
  }
}
