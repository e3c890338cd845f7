import type { Clock } from './clock';
import { MINUTE_MS } from './times';

/** Calls `tell` at once, and no more often than once a minute however often it is called: so that what floods does not fill the log. */
export function onceAMinute<Told extends readonly unknown[]>(
  clock: Pick<Clock, 'monotonic'>,
  tell: (...told: Told) => void,
): (...told: Told) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (...told) => {
    if (clock.monotonic() - toldAt < MINUTE_MS) return;
    toldAt = clock.monotonic();
    tell(...told);
  };
}
