/** What a gateway is asked to stop with. SIGHUP comes from a terminal that is closed, and tells nobody to lose what is in flight. */

const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Calls `stop` at each of them, also when it was called before. */
export function onStopSignal(stop: () => void): void {
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
}

/** Whether a process that ended by this signal was asked to stop. */
export function isStopSignal(signal: string | null): boolean {
  return STOP_SIGNALS.some((each) => each === signal);
}
