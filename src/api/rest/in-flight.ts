/** The model calls that are being served: what a drain waits for, and what it cuts when time is up. */
import type { Interruption } from '../../attempts/run-attempts';

export class InFlight {
  private readonly calls = new Set<(reason: Interruption) => void>();
  private emptied: (() => void) | null = null;

  get count(): number {
    return this.calls.size;
  }

  /** Registers a call; the function that it gives takes it out again. */
  enter(interrupt: (reason: Interruption) => void): () => void {
    this.calls.add(interrupt);
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
    const cut = setTimeout(() => {
      for (const interrupt of [...this.calls]) interrupt('GATEWAY_STOPPED');
    }, graceMs);
    await empty;
    clearTimeout(cut);
  }
}
