/** The run that a call belongs to, found before its receipt begins: also a call that is refused is one of its run's. */
import { Fault } from '../../kernel/fault';
import type { ApiKey } from '../../keys/api-key';
import { attachableRun } from '../../runs/manage-runs';
import type { Run } from '../../runs/run';
import type { RunStore } from '../../runs/run-store';

/** A call of no run, of one, or the reason why it cannot be one of the run that it names. */
export type Attachment = { readonly run: Run | null; readonly fault: null } | { readonly run: null; readonly fault: Fault };

export const NO_RUN: Attachment = { run: null, fault: null };

/** Looks the run up anew for each call, so that a budget that was raised and a run that was ended are known in every process. */
export async function attachRun(runs: Pick<RunStore, 'find'>, key: Pick<ApiKey, 'id'>, header: string): Promise<Attachment> {
  try {
    return { run: await attachableRun(runs, key, header.trim()), fault: null };
  } catch (error) {
    if (error instanceof Fault) return { run: null, fault: error };
    throw new Fault(
      'temporarily_unavailable',
      'The run of this call cannot be looked up now: nothing was sent or charged. Try again in a moment.',
      { cause: error },
    );
  }
}

/** @throws Fault that says why the call cannot be attached to the run that it names */
export function attached({ run, fault }: Attachment): Run | null {
  if (fault !== null) throw fault;
  return run;
}
