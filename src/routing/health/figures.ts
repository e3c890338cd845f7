/** What calls of one process on a channel were like since it told the others last. They add it to what they saw themselves. */
import { type BinCount, LATENCY_BINS } from './latency-histogram';
import type { Calls } from './sliding-window';

export interface Figures extends Calls {
  /** Which format this is: what bins mean, and what counts. */
  readonly format: typeof FIGURES_FORMAT;
  /** How the last failure went, as the end of "the last one with …"; empty: none did. */
  readonly why: string;
  readonly latency: readonly BinCount[];
  readonly firstToken: readonly BinCount[];
}

/** To be raised when numbers come to mean something else: processes of both versions run side by side for a while. */
export const FIGURES_FORMAT = 1;
/** More than a process ends between two tellings, and little enough that no sum of them loses its precision. */
const COUNT_MAX = 1_000_000;
const WHY_MAX = 100;

/** Figures of another process; undefined when they are none: nothing of them is believed then. */
export function figuresIn(value: unknown): Figures | undefined {
  const { format, calls, failures, why, latency, firstToken } = membersOf(value);
  if (format !== FIGURES_FORMAT || typeof why !== 'string') return undefined;
  if (!isCount(calls) || !isCount(failures) || failures > calls) return undefined;
  if (!areBins(latency) || !areBins(firstToken)) return undefined;
  return { format, calls, failures, why: why.slice(0, WHY_MAX), latency, firstToken };
}

/** Of something that is no object: none. */
export function membersOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function areBins(value: unknown): value is readonly BinCount[] {
  return Array.isArray(value) && value.length <= LATENCY_BINS && value.every(isBin);
}

function isBin(value: unknown): value is BinCount {
  return Array.isArray(value) && value.length === 2 && isCount(value[0]) && value[0] < LATENCY_BINS && isCount(value[1]);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= COUNT_MAX;
}
