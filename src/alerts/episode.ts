/** What an alert is raised for once: a window that passes, or a state until it ends. */
import type { SpendWindow } from '../kernel/words';

/** The window that begins at an instant. Windows of one kind are in the order of their texts. */
export function windowEpisode(window: SpendWindow, from: number | null): string {
  return from === null ? window : `${window} ${from}`;
}

/**
 * Whether `episode` is to be told after the one that was told last. Clocks of processes differ, so that one of them may look at
 * a window once more that has ended for another: it is not told again.
 */
export function isLater(told: string | null, episode: string): boolean {
  return told === null || told < episode;
}
