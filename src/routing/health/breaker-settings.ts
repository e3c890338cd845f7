/** When the breaker of a channel opens, and for how long. */

/** What the catalog says of it; left out: the default. */
export interface BreakerOptions {
  /** Opens when so large a part of the calls of all processes within the window failed: above 0, at most 1. */
  readonly failureRate?: number | undefined;
  /** Fewer calls within the window say nothing of the rate. */
  readonly minimumRequests?: number | undefined;
  /** Opens when so many calls in a row of one process failed, however few there were: of several the order is not known. */
  readonly consecutiveFailures?: number | undefined;
  /** For how long it opens at first; each time that it opens again soon doubles that, up to a ceiling. */
  readonly openMs?: number | undefined;
  /** true: the channel is watched, and never passed over for what is seen. */
  readonly off?: boolean | undefined;
}

export interface BreakerSettings {
  readonly failureRate: number;
  readonly minimumRequests: number;
  readonly consecutiveFailures: number;
  readonly openMs: number;
  readonly off: boolean;
}

/** On the late side: a breaker that opens too late costs a second try, one that opens too early sends users to dearer channels. */
export const BREAKER_DEFAULTS: BreakerSettings = {
  failureRate: 0.4,
  minimumRequests: 20,
  consecutiveFailures: 15,
  openMs: 5_000,
  off: false,
};

/** No channel is passed over for longer without being tried again, unless its own `openMs` is longer. */
export const OPEN_MAX_MS = 60_000;
/** So many probes must succeed before the breaker closes, and no more are under way at once. */
export const PROBES = 3;
/** What calls of the last so many milliseconds did decides. */
export const WINDOW_MS = 10_000;
/** How often a process tells the others what it counted. */
export const TELL_EVERY_MS = 1_000;
/** What is heard so soon after the breaker closed may be of calls from before. */
export const LATE_MS = 2 * TELL_EVERY_MS;

const known = new WeakMap<BreakerOptions, BreakerSettings>();

/** Complete settings. The same options give the same object. */
export function settingsOf(options: BreakerOptions | undefined): BreakerSettings {
  if (options === undefined) return BREAKER_DEFAULTS;
  const before = known.get(options);
  if (before !== undefined) return before;
  const settings: BreakerSettings = {
    failureRate: options.failureRate ?? BREAKER_DEFAULTS.failureRate,
    minimumRequests: options.minimumRequests ?? BREAKER_DEFAULTS.minimumRequests,
    consecutiveFailures: options.consecutiveFailures ?? BREAKER_DEFAULTS.consecutiveFailures,
    openMs: options.openMs ?? BREAKER_DEFAULTS.openMs,
    off: options.off ?? false,
  };
  known.set(options, settings);
  return settings;
}
