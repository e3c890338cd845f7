/**
 * Which windows of the calendar a rule has told, or will tell nothing of any more. A window is told when its threshold is reached, and
 * a call that began in it may end long after it: so the one before stays open until nothing of it is under way, beside the window of now,
 * which may have been told by then.
 */
import { DAY_MS, HOUR_MS } from '../kernel/times';
import type { SpendWindow } from '../kernel/words';
import { nextWindow, windowStart } from '../ledger/spend-counter';
import type { AlertRule } from './alert';

/** All time is no window that passes. */
export type PassingWindow = Exclude<SpendWindow, 'LIFETIME'>;

/** Windows by when they begin, in milliseconds since 1970. */
export interface ToldWindows {
  readonly window: PassingWindow;
  /** The newest one that was told, or is past. */
  readonly newest: number;
  /** Of this one, and of all before it, nothing more is told. */
  readonly past: number;
}

/** A request is read, and waits for its rate, before its hold shows that it began; and clocks of processes differ. */
export const LATE_MS = HOUR_MS;

const TEXT = /^(DAY|WEEK|MONTH) (\d+)(?: (\d+))?$/;

export function textOfWindows({ window, newest, past }: ToldWindows): string {
  return past === newest ? `${window} ${newest}` : `${window} ${newest} ${past}`;
}

/** undefined: the text says nothing of windows that pass. */
export function windowsOf(text: string | null): ToldWindows | undefined {
  const [, window, newest, past = newest] = TEXT.exec(text ?? '') ?? [];
  return window === undefined ? undefined : { window: window as PassingWindow, newest: Number(newest), past: Number(past) };
}

/** The window of a rule that passes; null: it has none. */
export function passingWindow({ window }: Pick<AlertRule, 'window'>): PassingWindow | null {
  return window === 'LIFETIME' ? null : window;
}

/** With one more window that was told, or will not be; undefined: it is no news. `told` undefined: nothing is known of any. */
export function withTold(told: ToldWindows | undefined, window: PassingWindow, from: number): ToldWindows | undefined {
  if (told === undefined) return { window, newest: from, past: from };
  const { newest, past } = told;
  if (from <= past || from === newest) return undefined;
  const [older, newer] = from < newest ? [from, newest] : [newest, from];
  return { window, newest: newer, past: nextWindow(window, older) === newer ? newer : older };
}

/** The oldest window that has ended at `now` and may still be told, by when it begins; null: there is none. */
export function openWindow({ window, newest, past }: ToldWindows, now: number): number | null {
  const from = endOfWindow(window, past);
  return from === newest || endOfWindow(window, from) > now ? null : from;
}

export function endOfWindow(window: PassingWindow, from: number): number {
  return nextWindow(window, from) ?? Number.POSITIVE_INFINITY;
}

/** Of a rule that has just begun: what was before its first window was not watched, and is not told. */
export function windowsBefore(window: PassingWindow, now: number): ToldWindows {
  const former = windowStart(window, (windowStart(window, now) ?? 0) - DAY_MS) ?? 0;
  return { window, newest: former, past: former };
}

/** Whether a rule has raised an alert of what is still so at `now`. */
export function isFiring(rule: Pick<AlertRule, 'window' | 'episode'>, now: number): boolean {
  const window = passingWindow(rule);
  return window === null ? rule.episode !== null : windowsOf(rule.episode)?.newest === windowStart(window, now);
}
