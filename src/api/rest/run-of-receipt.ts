/** The run that a call was attached to, as its receipt names it: `researchRun` or `agentRun`, of which at most one is not null. */
import { instant, instantOrNull } from '../../kernel/times';
import type { ResearchStore } from '../../research/research-store';
import type { ResearchRun } from '../../research/run';
import type { Run } from '../../runs/run';
import type { RunStore } from '../../runs/run-store';
import { lineJson } from './run-amounts';

export interface RunSources {
  readonly runs: Pick<RunStore, 'find'>;
  readonly research: Pick<ResearchStore, 'ofRuns'>;
}

export interface RunOfReceipt {
  readonly researchRun: object | null;
  readonly agentRun: object | null;
}

export const NO_RUN: RunOfReceipt = { researchRun: null, agentRun: null };

/** What a run used is not told: that is the receipt of the run, at `/v1/runs/{id}`. */
export async function runOfReceipt({ runs, research }: RunSources, runId: string | null): Promise<RunOfReceipt> {
  const run = runId === null ? undefined : (await runs.find([runId])).get(runId);
  if (run === undefined) return NO_RUN;
  if (run.kind === 'AGENT') return { ...NO_RUN, agentRun: agentJson(run) };
  const [found] = await research.ofRuns([run]);
  return { ...NO_RUN, researchRun: found === undefined ? null : researchJson(found) };
}

function agentJson({ id, name, status, statusReason, budget, createdAt, finishedAt }: Run): object {
  const times = { createdAt: instant(createdAt), finishedAt: instantOrNull(finishedAt) };
  return { id, name, status, statusReason, budget: budget.map(lineJson), ...times };
}

function researchJson({ run, symbol, mode }: ResearchRun): object {
  const { id, status, statusReason, budget, createdAt, startedAt, finishedAt } = run;
  const times = { createdAt: instant(createdAt), startedAt: instantOrNull(startedAt), finishedAt: instantOrNull(finishedAt) };
  return { id, symbol, mode, status, statusReason, budget: budget.map(lineJson), ...times };
}
