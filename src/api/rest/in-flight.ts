/** The model calls that are being served: what a drain waits for, and what it cuts when time is up. */
import type { Interruption } from '../../attempts/run-attempts';

/** For the settlement of what was cut; a ledger that hangs does not keep the process. */
const SETTLING_MS = 15_000;

export class InFlight {
  private readonly calls = new Set<(reason: Interruption) => void>();
  private emptied: (() => void) | null = null;
  private cut = false;

  /** Registers a call; the function that it gives takes it out again. A call that comes after the cut is cut at once. */
  enter(interrupt: (reason: Interruption) => void): () => void {
    this.calls.add(interrupt);
    if (this.cut) interrupt('GATEWAY_STOPPED');
    return () => {
      this.calls.delete(interrupt);
      if (this.calls.size === 0) this.emptied?.();
    };
  }

  /** Resolves when no call is left. After `graceMs` what still runs is cut and settled at what was delivered. */
  async drain(graceMs: number): Promise<void> {
    if (this.calls.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.emptied = resolve;
    });
    const timers = [setTimeout(() => this.cutAll(), graceMs), setTimeout(() => this.emptied?.(), graceMs + SETTLING_MS)];
    await empty;
    for (const timer of timers) clearTimeout(timer);
  }

  private cutAll(): void {
    this.cut = true;
    for (const interrupt of [...this.calls]) interrupt('GATEWAY_STOPPED');
  }
}
