/** A doorbell within this process. */
import type { Bell } from '../ledger/ringing-ledger';
import type { Doorbell } from '../ledger/spend-tail';

const REMEMBERED_MAX = 10_000;

interface Waiter {
  readonly walletIds: ReadonlySet<string>;
  readonly wake: () => void;
}

export class LocalDoorbell implements Bell, Doorbell {
  private waiters: Waiter[] = [];
  private count = 0;
  /** The last ring of each wallet and run. */
  private readonly rungAt = new Map<string, number>();

  rings(): number {
    return this.count;
  }

  ring(walletIds: readonly string[]): void {
    this.count += 1;
    // Runs come and go: whoever looked before a ring that is forgotten here looks again within its own time.
    if (this.rungAt.size > REMEMBERED_MAX) this.rungAt.clear();
    for (const id of walletIds) this.rungAt.set(id, this.count);
    const [woken, asleep]: [Waiter[], Waiter[]] = [[], []];
    for (const waiter of this.waiters) (walletIds.some((id) => waiter.walletIds.has(id)) ? woken : asleep).push(waiter);
    this.waiters = asleep;
    for (const { wake } of woken) wake();
  }

  next(walletIds: ReadonlySet<string>, since: number, timeoutMs: number): Promise<void> {
    for (const id of walletIds) if ((this.rungAt.get(id) ?? 0) > since) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((each) => each !== waiter);
        resolve();
      }, timeoutMs);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      const waiter: Waiter = { walletIds, wake };
      this.waiters.push(waiter);
    });
  }
}
