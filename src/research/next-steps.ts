/** Which sections can be run now, which never will, and how a run ends. Pure: from the states of the sections alone. */
import type { RunStatus, SectionStatus } from '../kernel/words';
import type { SectionSpec } from './sections/section';

type Spec = Pick<SectionSpec, 'name' | 'after'>;
export type SectionStates = ReadonlyMap<string, SectionStatus>;

const OPEN: readonly SectionStatus[] = ['PENDING', 'RUNNING', 'RETRYING'];

/** Open, not being run already, and with everything that they need completed. In the order of the plan. */
export function readySections<S extends Spec>(plan: readonly S[], states: SectionStates, running: ReadonlySet<string>): S[] {
  return plan.filter(
    ({ name, after }) => isOpen(states.get(name)) && !running.has(name) && after.every((needed) => states.get(needed) === 'COMPLETED'),
  );
}

/** Open sections that need one which failed or was skipped. */
export function doomedSections<S extends Spec>(plan: readonly S[], states: SectionStates): S[] {
  return plan.filter(
    ({ name, after }) =>
      isOpen(states.get(name)) && after.some((needed) => states.get(needed) === 'FAILED' || states.get(needed) === 'SKIPPED'),
  );
}

/** How the run has ended, once no section is open. */
export function endOf(states: SectionStates): Extract<RunStatus, 'COMPLETED' | 'PARTIAL' | 'FAILED'> | null {
  const all = [...states.values()];
  if (all.some(isOpen)) return null;
  const completed = all.filter((status) => status === 'COMPLETED').length;
  if (completed === all.length) return 'COMPLETED';
  return completed === 0 ? 'FAILED' : 'PARTIAL';
}

function isOpen(status: SectionStatus | undefined): boolean {
  return status !== undefined && OPEN.includes(status);
}
