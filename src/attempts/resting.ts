/** Which steps are passed over for the health of their channel, and which one is tried all the same. */
import type { Clock } from '../kernel/clock';
import type { CatalogStore } from '../routing/catalog-store';
import type { ChannelHealth } from '../routing/health/channel-health';
import type { Rest } from '../routing/health/model-health';
import type { Plan, PlanStep } from '../routing/plan-route';
import { disabledSince, type Obstacle } from './obstacle';

export interface HealthMeans {
  readonly health: ChannelHealth;
  readonly clock: Pick<Clock, 'now'>;
}

/** What the health of its channel has against a step. */
export interface Resting {
  readonly obstacle: Obstacle;
  /** Nothing else is left: the step is tried all the same. */
  readonly lastResort: boolean;
}

/**
 * What health has against a step now; null: nothing.
 * @param stopped steps that something else stands against
 */
export function restingAt(plan: Plan, step: PlanStep, means: HealthMeans, stopped: (step: PlanStep) => boolean): Resting | null {
  const rest = means.health.restOf(step);
  if (rest === null) return null;
  const obstacle = { code: rest.code, message: told(step, rest, means.clock.now()) };
  return { obstacle, lastResort: lastResort(plan, step, means, stopped) === step };
}

/** Whether a step that was tried is not to be tried again for now: its channel rests, or was disabled meanwhile. */
export function isOutOfUse(
  step: PlanStep,
  means: Pick<HealthMeans, 'health'> & { readonly catalog: Pick<CatalogStore, 'current'> },
): boolean {
  return means.health.restOf(step) !== null || disabledSince(step, means.catalog) !== null;
}

/**
 * The step that is tried although it rests: where none from `step` on could be tried else, the one that is ready soonest. So
 * no request fails for a breaker alone, and a gateway with one channel never refuses for ever. null: there is no need.
 */
function lastResort({ steps }: Plan, step: PlanStep, { health }: HealthMeans, stopped: (step: PlanStep) => boolean): PlanStep | null {
  let soonest: PlanStep | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const each of steps.slice(steps.indexOf(step))) {
    if (stopped(each)) continue;
    const rest = health.restOf(each);
    if (rest === null) return null;
    if (rest.forMs >= least) continue;
    least = rest.forMs;
    soonest = each;
  }
  return soonest;
}

function told({ channel, upstreamModel }: PlanStep, { reason, forMs }: Rest, now: number): string {
  const until = forMs > 0 ? `until ${secondOf(now + forMs)}` : 'while it is being probed';
  return `The channel "${channel.id}" is passed over for ${upstreamModel} ${until}: ${reason}.`;
}

/** The first whole second that is not before it. */
function secondOf(ms: number): string {
  return new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().replace('.000', '');
}
