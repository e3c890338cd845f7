import type { FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import type { Run } from '../../runs/run';
import type { RunStore } from '../../runs/run-store';
import { type CallerDeps, callerOf } from './caller';

export interface OwnRunDeps extends CallerDeps {
  readonly runs: Pick<RunStore, 'find'>;
}

export type ById = { readonly Params: { readonly id: string } };

/** @throws Fault `not_found` also for the runs of other keys */
export async function ownRun(deps: OwnRunDeps, request: FastifyRequest<ById>): Promise<Run> {
  const key = await callerOf(deps, request);
  const { id } = request.params;
  const run = (await deps.runs.find([id])).get(id);
  if (run === undefined || run.apiKeyId !== key.id) throw new Fault('not_found', `There is no run "${shown(id)}" of this key.`);
  return run;
}
