/**
 * Lets the event loop take what waits. Steps that never wait, such as statements of an embedded database, keep everybody
 * else waiting when they follow each other for long: each of them asks here before it begins.
 */
import { type Clock, systemClock } from './clock';

const SLICE_MS = 10;

/** Resolves at once, or in the next turn when steps have taken ten milliseconds of this one. */
export function givingWay(clock: Pick<Clock, 'monotonic'>): () => Promise<void> {
  /** When steps began in this turn of the event loop; null: none has. */
  let beganAt: number | null = null;
  return async () => {
    const now = clock.monotonic();
    if (beganAt !== null && now - beganAt >= SLICE_MS) return new Promise((resolve) => setImmediate(resolve));
    if (beganAt !== null) return;
    beganAt = now;
    setImmediate(() => {
      beganAt = null;
    });
  };
}

/** Of this process. */
export const giveWay = givingWay(systemClock);
