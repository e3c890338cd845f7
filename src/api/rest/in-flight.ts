/** The model calls that are being served: what a drain waits for, and what it cuts when time is up. */
import type { Interruption } from '../../attempts/run-attempts';

/** For the settlement of what was cut; a ledger that hangs does not keep the process. */
const SETTLING_MS = 15_000;

interface Call {
  readonly interrupt: (reason: Interruption) => void;
  /** Its place in the list; -1 when it has left. */
  at: number;
}

export class InFlight {
  /** Not a Set: one that changes with every request leaves a chain of outgrown tables, which keeps finished requests in memory. */
  private readonly calls: Call[] = [];
  private emptied: (() => void) | null = null;
  private cut = false;

  get count(): number {
    return this.calls.length;
  }

  /** Registers a call; the function that it gives takes it out again. A call that comes after the cut is cut at once. */
  enter(interrupt: (reason: Interruption) => void): () => void {
    const call: Call = { interrupt, at: this.calls.length };
    this.calls.push(call);
    if (this.cut) interrupt('GATEWAY_STOPPED');
    return () => this.leave(call);
  }

  /** The last call takes the place of the one that leaves. */
  private leave(call: Call): void {
    if (call.at < 0) return;
    const last = this.calls.pop();
    if (last !== undefined && last !== call) {
      this.calls[call.at] = last;
      last.at = call.at;
    }
    call.at = -1;
    if (this.calls.length === 0) this.emptied?.();
  }

  /**
   * Resolves when no call is left. After `graceMs` what still runs is cut and settled at what was delivered; so is, from then on,
   * whatever was still on its way.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.calls.length > 0) await this.emptiness(graceMs);
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
    for (const { interrupt } of [...this.calls]) interrupt('GATEWAY_STOPPED');
  }
}
