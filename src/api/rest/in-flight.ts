/** The model calls that are being served: what a drain waits for, and what it cuts when time is up. */
import type { Interruption } from '../../attempts/attempt-job';
import { Roster } from '../../kernel/roster';

/** For the settlement of what was cut; a ledger that hangs does not keep the process. */
const SETTLING_MS = 15_000;

type Interrupt = (reason: Interruption) => void;

export class InFlight {
  private readonly calls = new Roster<Interrupt>();
  private emptied: (() => void) | null = null;
  private cut = false;

  get count(): number {
    return this.calls.size;
  }

  /** Registers a call; the function that it gives takes it out again. A call that comes after the cut is cut at once. */
  enter(interrupt: Interrupt): () => void {
    const leave = this.calls.enter(interrupt);
    if (this.cut) interrupt('GATEWAY_STOPPED');
    return () => {
      leave();
      if (this.calls.size === 0) this.emptied?.();
    };
  }

  /**
   * Resolves when no call is left. After `graceMs` what still runs is cut and settled at what was delivered; so is, from then on,
   * whatever was still on its way.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.calls.size > 0) await this.emptiness(graceMs);
    this.cut = true;
  }

  private async emptiness(graceMs: number): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.emptied = resolve;
    });
    const timers = [setTimeout(() => this.cutAll(), graceMs), setTimeout(() => this.emptied?.(), graceMs + SETTLING_MS)];
    await empty;
    for (const timer of timers) clearTimeout(timer);
  }

  private cutAll(): void {
    this.cut = true;
    for (const interrupt of this.calls.members()) interrupt('GATEWAY_STOPPED');
  }
}
