/** Waits for what another process does: looks again and again until it holds, and says what was seen last when it never does. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Long, for what costs nothing where a test passes: a busy machine takes its time, and no promise is about it. */
const PATIENCE_MS = 120_000;

/** What a busy machine may add to a promise about time: far less than it takes where the promise is not kept at all. */
export const SLACK_MS = 5_000;

/** Gives what `check` gives as soon as it does not throw. After `ms` its last error stands. */
export async function eventually<T>(check: () => T | Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** A promise that a test opens by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
