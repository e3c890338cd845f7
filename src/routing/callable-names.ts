/** The names that a key can call now, models and aliases alike. */
import { Fault } from '../kernel/fault';
import type { Catalog, Model } from './catalog';
import { modelNamed, namesFor } from './model-names';
import { isReachable, type Plan, type PlanningKey, planRoute } from './plan-route';

interface Named {
  readonly name: string;
  /** The model that is meant by it. */
  readonly model: Model;
}

export interface Callable extends Named {
  /** That of the route that a call takes, and behind it that of the one that it may cross to. */
  readonly plans: readonly Plan[];
}

/** Models in the order of the catalog, then aliases. */
export function callableNames(catalog: Catalog, key: PlanningKey): Callable[] {
  const ofKey = key.policies.modelAliases;
  const named = namesFor(catalog, ofKey).flatMap((name) => {
    const model = modelOrNull(catalog, ofKey, name);
    return model === null ? [] : [{ name, model }];
  });
  return named
    .filter(({ model }) => isReachable(catalog, key, model))
    .map((each) => ({ ...each, plans: plansFor(catalog, key, each.name) }))
    .filter(({ plans }) => plans.some(hasChannel));
}

function plansFor(catalog: Catalog, key: PlanningKey, name: string): readonly Plan[] {
  const { first, fallback } = planRoute(catalog, key, name, null);
  return fallback === null ? [first] : [first, fallback];
}

/** Whether a channel of a plan is in use: without one every call fails. */
function hasChannel({ steps }: Plan): boolean {
  return steps.some(({ channel, passedOver }) => channel.enabled && passedOver === undefined);
}

function modelOrNull(catalog: Catalog, ofKey: PlanningKey['policies']['modelAliases'], name: string): Model | null {
  try {
    return modelNamed(catalog, ofKey, name);
  } catch (error) {
    // The alias of a key outlives a model that has left the catalog.
    if (error instanceof Fault) return null;
    throw error;
  }
}
