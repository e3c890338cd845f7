/** What ceilings leave for a hold: one rule, for the ledger that admits and for the preview that tells beforehand. Pure. */
import { countable, type SpendCeiling } from './spend-counter';

/** What a counter says: what stands against a ceiling on it. */
export interface CounterState {
  readonly spent: bigint;
  readonly held: bigint;
}

/** A ceiling, what stands against it, and what that leaves: below zero where the ceiling was lowered since. */
export interface SpendRoom extends SpendCeiling, CounterState {
  readonly left: bigint;
}

/** What the tightest of the ceilings leaves, of equal ones the first; null: there are none. */
export function tightestRoom(ceilings: readonly SpendCeiling[], standingOf: (counterId: string) => CounterState): SpendRoom | null {
  let tightest: SpendRoom | null = null;
  for (const { counterId, ceiling } of ceilings) {
    const { spent, held } = standingOf(counterId);
    const left = countable(ceiling) - spent - held;
    if (tightest === null || left < tightest.left) tightest = { counterId, ceiling, spent, held, left };
  }
  return tightest;
}
