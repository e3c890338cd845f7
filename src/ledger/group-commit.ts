/**
 * Group commit: requests queue, and a lane writes its whole queue as one durable batch; while it commits, the next
 * batch fills. A store that writes in a thread of its own gets the next one ahead of time where many wait, so that neither
 * side waits for the other. No timers: an idle ledger commits at once. One poisoned item fails alone (the batch is halved until it is
 * found), and a full queue refuses. When the store cannot be written, everything that waits in the lane is told at once; from
 * then on one batch at a time finds out whether it is back, and no hold waits behind it.
 */
import { Fault } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import type { EndRequest, LedgerItem, LedgerStore, LedgerVerdict, MoveMoney, PlaceHold } from './ledger-store';

/** Items of one batch. */
export const BATCH_MAX = 512;
const QUEUE_MAX = 4_096;
/** So many are worth a commit of their own, handed over before the one before it has ended. */
const AHEAD_FROM = 64;

interface Waiting {
  readonly item: LedgerItem;
  readonly resolve: (verdict: LedgerVerdict) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  private readonly holds: Lane;
  private readonly ends: readonly Lane[];

  constructor(store: LedgerStore) {
    const { lanes } = store;
    this.holds = new Lane(store, lanes === 'one_ahead' ? 2 : 1);
    this.ends = typeof lanes === 'string' ? [this.holds] : Array.from({ length: lanes.ends }, () => new Lane(store, 1));
  }

  /**
   * Reserves money, durably, before the promise resolves.
   * @throws Fault `temporarily_unavailable` when the queue is full or the store is away; whatever the store threw when
   * nothing was written.
   */
  place(item: PlaceHold): Promise<LedgerVerdict> {
    if (this.holds.waiting >= QUEUE_MAX) {
      return Promise.reject(new Fault('temporarily_unavailable', 'The ledger has too many requests waiting.'));
    }
    if (this.holds.isAsking) return Promise.reject(new Fault('temporarily_unavailable', 'The ledger cannot be written now.'));
    return this.holds.submit(item);
  }

  /** Ends a request or moves money, durably. Never refused for a full queue: what was admitted is always settled. */
  end(item: EndRequest | MoveMoney): Promise<LedgerVerdict> {
    const least = this.ends.reduce((best, lane) => (lane.load < best.load ? lane : best));
    return least.submit(item);
  }

  /** Resolves when nothing waits and nothing is being written. */
  async idle(): Promise<void> {
    await Promise.all([this.holds, ...this.ends].map((lane) => lane.idle()));
  }
}

class Lane {
  private queue: Waiting[] = [];
  private readonly whenIdle: (() => void)[] = [];
  /** Each gathers a batch and has it written, again and again for as long as one is due. */
  private writers = 0;
  /** Items whose callers have not been told yet what became of them. */
  private writing = 0;
  /** The last batch found the store away. */
  private away = false;

  constructor(
    private readonly store: LedgerStore,
    private readonly writersMax: number,
  ) {}

  get waiting(): number {
    return this.queue.length;
  }

  /** What waits and what is being written. */
  get load(): number {
    return this.queue.length + this.writing;
  }

  /** The store was away, and a batch finds out whether it still is. */
  get isAsking(): boolean {
    return this.away && (this.writing > 0 || this.queue.length > 0);
  }

  submit(item: LedgerItem): Promise<LedgerVerdict> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      if (this.writers < this.writersMax && this.isDue(this.writers)) void this.write();
    });
  }

  async idle(): Promise<void> {
    while (this.writers > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /** Whether what waits is a batch beside so many others: whatever it is where there is none, and many items otherwise. */
  private isDue(others: number): boolean {
    return others === 0 ? this.queue.length > 0 : this.queue.length >= AHEAD_FROM && !this.away;
  }

  private async write(): Promise<void> {
    this.writers += 1;
    for (;;) {
      // What one turn of the event loop brings shares a batch: a commit costs the same for one item as for many.
      await endOfTurn();
      if (!this.isDue(this.writers - 1)) break;
      const batch = this.queue.splice(0, BATCH_MAX);
      this.writing += batch.length;
      await this.commit(batch);
    }
    this.writers -= 1;
    if (this.writers === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.store.write({ id: newId(), items: batch.map((each) => each.item) });
      invariant(verdicts.length === batch.length, 'the store answers every item of a batch');
      this.away = false;
      this.writing -= batch.length;
      for (const [index, each] of batch.entries()) each.resolve(verdicts[index] as LedgerVerdict);
    } catch (error) {
      await this.halve(batch, error);
    }
  }

  private async halve(batch: readonly Waiting[], error: unknown): Promise<void> {
    const away = error instanceof Fault;
    this.away = away;
    if (away) reject(this.queue.splice(0), error);
    if (away || batch.length === 1) {
      this.writing -= batch.length;
      reject(batch, error);
      return;
    }
    const middle = batch.length >> 1;
    await this.commit(batch.slice(0, middle));
    await this.commit(batch.slice(middle));
  }
}

function reject(items: readonly Waiting[], error: unknown): void {
  for (const each of items) each.reject(error);
}

/** When everything that has arrived by now is taken in: at once when the process is idle. Not a timer. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
