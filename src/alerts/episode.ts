/** What an alert is raised for once: a window that passes, or a state until it ends. */
import type { SpendWindow } from '../kernel/words';

/** The window that begins at an instant. Windows of one kind are in the order of their texts. */
export function windowEpisode(window: SpendWindow, from: number | null): string {
  return from === null ? window : `${window} ${from}`;
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
 * Whether `episode` is to be told after the one that was told last: a state that was told is told anew when it has ended. Clocks of
 * processes differ, so that one of them may look at a window once more that has ended for another: it is not told again.
 */
export function isLater(told: string | null, episode: string): boolean {
  return told === null || (!STATE.test(told) && told < episode);
}
