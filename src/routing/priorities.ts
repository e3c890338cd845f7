/** Which steps of a route stand on one line. */
import type { ChannelRole } from '../kernel/words';
import type { RouteStep } from './catalog';

type Placed = Pick<RouteStep, 'priority'>;

/** The priority of the step at a place: its own, or its place from one. */
export function priorityAt({ priority }: Placed, index: number): number {
  return priority ?? index + 1;
}

/** Whether some of the steps have one priority, so that each request has an order of its own. */
export function hasEqualPriorities(steps: readonly Placed[]): boolean {
  return new Set(steps.map(priorityAt)).size < steps.length;
}

/** The role of the step at a place: all of the first priority are primary. */
export function roleAt(steps: readonly Placed[], index: number): ChannelRole {
  const [first, step] = [steps[0], steps[index]];
  if (first === undefined || step === undefined) return 'BACKUP';
  return priorityAt(step, index) === priorityAt(first, 0) ? 'PRIMARY' : 'BACKUP';
}
