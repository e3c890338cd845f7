/** The names that a key can call now, models and aliases alike. */
import { Fault } from '../kernel/fault';
import type { Catalog, Model } from './catalog';
import { modelNamed, namesFor } from './model-names';
import { isReachable, type Plan, type PlanningKey, planRoute } from './plan-route';

export interface Named {
  readonly name: string;
  /** The model that is meant by it. */
  readonly model: Model;
}

/** Models in the order of the catalog, then aliases. */
export function callableNames(catalog: Catalog, key: PlanningKey): Named[] {
  const ofKey = key.policies.modelAliases;
  const named = namesFor(catalog, ofKey).flatMap((name) => {
    const model = modelOrNull(catalog, ofKey, name);
    return model === null ? [] : [{ name, model }];
  });
  return named.filter(({ name, model }) => isReachable(catalog, key, model) && hasChannel(catalog, key, name));
}

/** Whether a channel of its plans is in use: without one every call fails. */
function hasChannel(catalog: Catalog, key: PlanningKey, name: string): boolean {
  const isOpen = ({ steps }: Plan) => steps.some(({ channel, passedOver }) => channel.enabled && passedOver === undefined);
  const { first, fallback } = planRoute(catalog, key, name, null);
  return isOpen(first) || (fallback !== null && isOpen(fallback));
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
