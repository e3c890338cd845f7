/** What an alert is raised for once: a window that passes, or a state until it ends. */
import type { SpendWindow } from '../kernel/words';
import { textOfWindows, windowsOf, withTold } from './told-windows';

/** The window that begins at an instant. */
export function windowEpisode(window: SpendWindow, from: number | null): string {
  return window === 'LIFETIME' || from === null ? window : textOfWindows({ window, newest: from, past: from });
}

/** A state that lasts until it ends. `balance`: what there was when it began, where money that is added ends it. */
export function stateEpisode(state: 'low' | 'high', balance: bigint | null): string {
  return balance === null ? state : `${state} ${balance}`;
}

/** What there was when the state began; null where that is not known. */
export function balanceOfState(told: string | null): bigint | null {
  const balance = STATE.exec(told ?? '')?.[1];
  return balance === undefined ? null : BigInt(balance);
}

const STATE = /^(?:low|high)(?: (-?\d+))?$/;

/**
 * What a rule has told when it tells `episode` after what it told before; undefined: that is not to be told. A state that was told is
 * told anew when it has ended, and a window never: clocks of processes differ, so that one of them may still look at one that has ended
 * for another.
 */
export function toldAfter(told: string | null, episode: string): string | undefined {
  const window = windowsOf(episode);
  if (window === undefined) return told === null ? episode : undefined;
  const windows = withTold(windowsOf(told), window.window, window.newest);
  return windows && textOfWindows(windows);
}
