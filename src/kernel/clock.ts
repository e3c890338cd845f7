/** Time is a port, so that tests can hold it still. */
export interface Clock {
  /** Wall time in milliseconds since 1970, UTC: for what is written down. */
  now(): number;
  /** Monotonic milliseconds: for durations and deadlines, never written down. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
