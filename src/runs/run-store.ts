/** The port through which runs are kept. */
import type { RunKind, RunStatus } from '../kernel/words';
import type { Page, PageRequest, Scope } from '../ledger/ledger-reader';
import type { BudgetLine, Run, RunSums } from './run';

/** What makes two requests for a run the same: the fingerprints of an Idempotency-Key and of the content. */
export interface RunRequest {
  readonly key: string;
  readonly contentHash: string;
}

export interface RunStore {
  /** Adds the run, or gives the one that the same request made before; `same`: whether its content was the same. */
  add(run: Run, request: RunRequest | null): Promise<{ readonly run: Run; readonly same: boolean }>;
  /** An id that there is not is left out. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, Run>>;
  /** New to old. @throws Fault `invalid_request` for a cursor that is none */
  page(scope: Scope, kind: RunKind, page: PageRequest): Promise<Page<Run>>;
  /** Where the run stands in such lists. */
  cursorOf(id: string): string;
  /** Ends the run unless it has ended before; whoever comes second changes nothing. */
  finish(id: string, status: RunStatus, reason: string | null, at: number): Promise<void>;
  /** Takes the place of the whole budget of a run that has not ended. */
  setBudget(id: string, budget: readonly BudgetLine[]): Promise<void>;
  /** What the receipts of each run add up to, in a constant number of statements. Every run that was asked for is there. */
  sums(ids: readonly string[]): Promise<ReadonlyMap<string, RunSums>>;
}
