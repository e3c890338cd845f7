import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../kernel/clock';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import type { ApiKey } from '../../keys/api-key';
import { admitKey, type KeyRing } from '../../keys/authenticate';
import type { Run } from '../../runs/run';
import type { RunStore } from '../../runs/run-store';
import { bearerOf } from './bearer';

export interface OwnRunDeps {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly runs: Pick<RunStore, 'find'>;
}

export type ById = { readonly Params: { readonly id: string } };

/** The key of the caller. @throws Fault when it is none, or may not be used now */
export async function callerOf({ keyRing, clock }: Omit<OwnRunDeps, 'runs'>, request: FastifyRequest): Promise<ApiKey> {
  return admitKey(await keyRing.recognise(bearerOf(request.headers)), clock.now()).key;
}

/** @throws Fault `not_found` also for the runs of other keys */
export async function ownRun(deps: OwnRunDeps, request: FastifyRequest<ById>): Promise<Run> {
  const key = await callerOf(deps, request);
  const { id } = request.params;
  const run = (await deps.runs.find([id])).get(id);
  if (run === undefined || run.apiKeyId !== key.id) throw new Fault('not_found', `There is no run ${shown(id)} of this key.`);
  return run;
}
