/** What the owner of a run does with it. A run belongs to the key that made it: to every other key it does not exist. */
import type { Clock } from '../kernel/clock';
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { NANO_MAX } from '../kernel/money';
import { checkedName } from '../kernel/names';
import { BUCKETS } from '../kernel/words';
import type { ApiKey } from '../keys/api-key';
import { type BudgetLine, type Run, takesCalls } from './run';
import type { RunRequest, RunStore } from './run-store';

export interface RunManagement {
  readonly runs: RunStore;
  readonly clock: Clock;
}

export interface RunWish {
  readonly name: string;
  readonly budget: readonly BudgetLine[];
}

/**
 * Starts a run of an agent's own. The same `request` with the same content gives the run that it made the first time.
 * @throws Fault `invalid_request` that names the field; `idempotency_mismatch` for a request that made another run
 */
export async function startRun({ runs, clock }: RunManagement, key: ApiKey, wish: RunWish, request: RunRequest | null): Promise<Run> {
  const name = checkedName(wish.name);
  const now = clock.now();
  const made = await runs.add(
    {
      ...{ id: newId(), kind: 'AGENT', accountId: key.accountId, apiKeyId: key.id, name, status: 'RUNNING', statusReason: null },
      ...{ budget: checkBudget(wish.budget), createdAt: now, startedAt: now, finishedAt: null },
    },
    request,
  );
  if (!made.same) throw new Fault('idempotency_mismatch', `This Idempotency-Key was used for another run: ${made.run.id}.`);
  return made.run;
}

/** The run that `x-forge-run` names, when a call of the key may be attached to it. @throws Fault `not_found`, `invalid_request` */
export async function attachableRun(runs: Pick<RunStore, 'find'>, key: Pick<ApiKey, 'id'>, id: string): Promise<Run> {
  const run = (await runs.find([id])).get(id);
  if (run === undefined || run.apiKeyId !== key.id) {
    throw new Fault('not_found', 'x-forge-run names no run of this key: POST /v1/runs makes one.', { param: 'x-forge-run' });
  }
  if (!takesCalls(run)) {
    throw new Fault('invalid_request', `The run ${id} has ended, and takes no more calls: start another one.`, { param: 'x-forge-run' });
  }
  return run;
}

/** Ends a run: no call can be attached from then on, and those in flight still count. A run that has ended stays as it is. */
export async function finishRun({ runs, clock }: RunManagement, id: string): Promise<Run> {
  await runs.finish(id, 'COMPLETED', null, clock.now());
  return reread(runs, id);
}

/** Takes the place of the budget. @throws Fault `invalid_request` that names the line, or for a run that has ended */
export async function changeBudget({ runs }: RunManagement, id: string, budget: readonly BudgetLine[]): Promise<Run> {
  await runs.setBudget(id, checkBudget(budget));
  const changed = await reread(runs, id);
  // Looked at afterwards: it may have ended at the same time.
  if (!takesCalls(changed))
    throw new Fault('invalid_request', `The run ${id} has ended: its budget can no longer change.`, { param: 'id' });
  return changed;
}

/** @throws Fault `invalid_request` unless every bucket stands there once at most, with an amount above zero */
export function checkBudget(budget: readonly BudgetLine[]): readonly BudgetLine[] {
  budget.forEach(({ bucket, amount }, index) => {
    if (amount <= 0n || amount > NANO_MAX) throw wrong(`budget[${index}].amount`, 'must be above zero, and no more than a wallet can hold');
    if (budget.findIndex((line) => line.bucket === bucket) !== index) throw wrong(`budget[${index}]`, `names ${bucket} a second time`);
  });
  return BUCKETS.flatMap((bucket) => budget.filter((line) => line.bucket === bucket));
}

async function reread(runs: RunStore, id: string): Promise<Run> {
  const run = (await runs.find([id])).get(id);
  invariant(run !== undefined, 'a run that was changed still exists');
  return run;
}
