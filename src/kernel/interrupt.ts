/**
 * Says that something must end, and why. What an `AbortSignal` does, at a tenth of its cost (every request makes one,
 * and hardly any is used), and it can be said more urgently later.
 */
export interface Interrupted<Reason> {
  /** The first reason, which stands; null until it happens. */
  readonly reason: Reason | null;
  /** Calls `listener` whenever it happens from now on; the function that it gives takes the listener away again. */
  listen(listener: (reason: Reason) => void): () => void;
}

export class Interrupt<Reason> implements Interrupted<Reason> {
  reason: Reason | null = null;
  private listener: ((reason: Reason) => void) | null = null;

  happen(reason: Reason): void {
    this.reason ??= reason;
    this.listener?.(reason);
  }

  /** One listener at a time: the last one. */
  listen(listener: (reason: Reason) => void): () => void {
    this.listener = listener;
    return () => {
      if (this.listener === listener) this.listener = null;
    };
  }
}
