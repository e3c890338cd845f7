/** Where runs stand: what each spent and holds, what is left of its budget, and its receipt. */
import { invariant } from '../kernel/invariant';
import type { LedgerReader } from '../ledger/ledger-reader';
import { type Amounts, addAmounts, NOTHING } from './amounts';
import type { BudgetLine, Run } from './run';
import { leftOf, NO_CALLS, type RunReceipt, runReceipt } from './run-receipt';
import { spendOfRuns } from './run-spend';
import type { RunStore } from './run-store';

export interface RunStanding {
  readonly run: Run;
  readonly spent: Amounts;
  readonly held: Amounts;
  /** Of each bucket that the budget names: what may still be held. */
  readonly left: readonly BudgetLine[];
  readonly receipt: RunReceipt;
}

export interface StandingSources {
  readonly runs: Pick<RunStore, 'sums'>;
  readonly reader: Pick<LedgerReader, 'spendOf'>;
}

/**
 * By run id, in a constant number of statements. A receipt is at least what was spent: a run that holds nothing any more, and
 * begins no call, has all of its charges in it.
 */
export async function standingsOf({ runs, reader }: StandingSources, of: readonly Run[]): Promise<ReadonlyMap<string, RunStanding>> {
  const ids = of.map(({ id }) => id);
  // One after the other: a call that settles in between is told as held and charged, never as neither.
  const spend = await spendOfRuns(reader, of);
  const sums = await runs.sums(ids);
  return new Map(
    of.map((run) => {
      const { spent, held } = spend.get(run.id) ?? NO_SPEND;
      return [run.id, { run, spent, held, left: leftOf(run, addAmounts(spent, held)), receipt: runReceipt(sums.get(run.id) ?? NO_CALLS) }];
    }),
  );
}

export async function standingOf(sources: StandingSources, run: Run): Promise<RunStanding> {
  const standing = (await standingsOf(sources, [run])).get(run.id);
  invariant(standing !== undefined, 'every run that is asked for stands somewhere');
  return standing;
}

const NO_SPEND = { spent: NOTHING, held: NOTHING };
