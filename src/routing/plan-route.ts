/**
 * Planning: which route serves a request, through which channels, from which balance, and why. Pure: it reads a catalog
 * snapshot and decides; it holds and sends nothing.
 */
import { Fault } from '../kernel/fault';
import { type Bucket, bucketOf, type ChannelRole, type RoutePolicy, type RouteType, TYPES_OF_POLICY } from '../kernel/words';
import type { KeyPolicies } from '../keys/key-policies';
import { type Catalog, type Channel, type Model, type PriceVersion, type Route, type RouteStep, routeId } from './catalog';
import { aliasReason, modelNamed } from './model-names';
import { aboveCeiling, ceilingWords, type PassedOver } from './price-ceiling';
import { hasEqualPriorities, roleAt } from './priorities';

/** What planning needs to know of a key. `keys/api-key.ts` satisfies it. */
export interface PlanningKey {
  readonly routePolicy: RoutePolicy;
  readonly crossBucketFallback: boolean;
  /** Ids of models; what a request names is checked by the model that it means. */
  readonly allowedModels: readonly string[] | null;
  readonly policies: Pick<KeyPolicies, 'maxPrice' | 'modelAliases'>;
}

export interface PlanStep extends Omit<RouteStep, 'channelId'> {
  readonly channel: Channel;
  readonly role: ChannelRole;
  /** Its own, or that of the route. */
  readonly price: PriceVersion;
  /** Left out: it may be tried when its turn comes. */
  readonly passedOver?: PassedOver;
}

/** One route, decided. All steps pay from the same bucket. */
export interface Plan {
  readonly model: Model;
  readonly route: Route;
  readonly routeType: RouteType;
  readonly bucket: Bucket;
  /** Why this bucket pays, in the user's words. */
  readonly bucketReason: string;
  /** In the order in which they are tried; where `drawn` is set, `arrangeSteps` gives each request its own. */
  readonly steps: readonly PlanStep[];
  /** Those of the steps that may be tried, each once; never empty. */
  readonly prices: readonly PriceVersion[];
  /** Left out: every step has a priority of its own. */
  readonly drawn?: true;
}

/** The plan, and the plan of the other bucket where the key consents to it. */
export interface PlannedRoute {
  readonly first: Plan;
  readonly fallback: Plan | null;
}

/** Nothing is held and nothing sent: every step of the route is dearer than the key allows. */
export class AbovePriceCeiling extends Fault {
  constructor(readonly plan: Plan) {
    super('price_ceiling', `No channel of the route ${plan.route.id} is within the price ceiling of this key. ${reasonsIn(plan)}`);
  }
}

const REASONS_SHOWN = 2;

function reasonsIn({ steps }: Plan): string {
  return steps
    .flatMap(({ passedOver }) => passedOver?.message ?? [])
    .slice(0, REASONS_SHOWN)
    .join(' ');
}

/**
 * Decides the route of a request for a model by any of its names. `narrowTo` is the `x-forge-route` header: it narrows what the key may
 * do and never widens it.
 * @throws Fault `model_not_found`, `model_not_allowed`, `route_not_allowed`, `price_ceiling`
 */
export function planRoute(catalog: Catalog, key: PlanningKey, name: string, narrowTo: RouteType | null): PlannedRoute {
  const model = modelNamed(catalog, key.policies.modelAliases, name);
  if (!mayUse(key, model)) {
    const why = [aliasReason(name, model.id), `This key may not use the model "${model.id}".`];
    throw new Fault('model_not_allowed', why.filter((part) => part !== null).join(' '), { param: 'model' });
  }
  const known = plansOf(catalog);
  const asked = `${key.routePolicy} ${key.crossBucketFallback} ${narrowTo} ${model.id} ${ceilingWords(key.policies.maxPrice)}`;
  const before = known.get(asked);
  if (before !== undefined) return before;
  const planned = planNow(catalog, key, model, narrowTo);
  // Ceilings are written by people: nobody shall fill the memory with them.
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(asked, planned);
  return planned;
}

const REMEMBERED_MAX = 20_000;

/** A snapshot never changes, so what was planned on it holds as long as it: for each model and way of asking, once. */
const plansBySnapshot = new WeakMap<Catalog, Map<string, PlannedRoute>>();

function plansOf(catalog: Catalog): Map<string, PlannedRoute> {
  const known = plansBySnapshot.get(catalog);
  if (known !== undefined) return known;
  const plans = new Map<string, PlannedRoute>();
  // Once, not with every request: a WeakMap that is written to makes every collection of young garbage four times as long.
  plansBySnapshot.set(catalog, plans);
  return plans;
}

function planNow(catalog: Catalog, key: PlanningKey, model: Model, narrowTo: RouteType | null): PlannedRoute {
  const modelId = model.id;
  const reachable = typesInOrder(key, narrowTo).flatMap((type) => {
    const route = catalog.routes.get(routeId(modelId, type));
    return route?.enabled === true ? [route] : [];
  });
  const [first, second] = reachable.map((route) => planOf(catalog, key, model, route, reachable.length, narrowTo));
  if (first === undefined) throw noRoute(catalog, key, modelId, narrowTo);
  return withinCeiling(first, key.crossBucketFallback ? (second ?? null) : null);
}

/** A route of which nothing is within the ceiling of the key is not taken; to take the other one is to cross over, with its consent. */
function withinCeiling(first: Plan, other: Plan | null): PlannedRoute {
  const fallback = other !== null && other.prices.length > 0 ? other : null;
  if (first.prices.length > 0) return { first, fallback };
  if (fallback === null) throw new AbovePriceCeiling(first);
  const why = `The ${first.routeType} route is above the key's price ceiling, and the key allows crossing over to ${fallback.routeType}.`;
  return { first: { ...fallback, bucketReason: `${why} ${paysFrom(fallback.routeType)}` }, fallback: null };
}

/** The models that a key may call, whatever becomes of their channels, in the order of the catalog. */
export function reachableModels(catalog: Catalog, key: PlanningKey): Model[] {
  return [...catalog.models.values()].filter((model) => isReachable(catalog, key, model));
}

/** Whether a request of the key for this model would be planned. */
export function isReachable(catalog: Catalog, key: PlanningKey, model: Model): boolean {
  const hasRoute = (type: RouteType) => catalog.routes.get(routeId(model.id, type))?.enabled === true;
  if (!mayUse(key, model) || !TYPES_OF_POLICY[key.routePolicy].some(hasRoute)) return false;
  return key.policies.maxPrice.length === 0 || isWithinCeiling(catalog, key, model);
}

function isWithinCeiling(catalog: Catalog, key: PlanningKey, model: Model): boolean {
  try {
    return planNow(catalog, key, model, null).first.prices.length > 0;
  } catch (error) {
    if (error instanceof AbovePriceCeiling) return false;
    throw error;
  }
}

function mayUse({ allowedModels }: PlanningKey, { id }: Model): boolean {
  return allowedModels === null || allowedModels.includes(id);
}

function typesInOrder(key: PlanningKey, narrowTo: RouteType | null): readonly RouteType[] {
  const allowed = TYPES_OF_POLICY[key.routePolicy];
  if (narrowTo === null) return allowed;
  if (!allowed.includes(narrowTo)) {
    throw new Fault('route_not_allowed', `The policy ${key.routePolicy} of this key does not allow ${narrowTo} routes.`);
  }
  return [narrowTo];
}

function planOf(catalog: Catalog, key: PlanningKey, model: Model, route: Route, routes: number, narrowTo: RouteType | null): Plan {
  const bucket = bucketOf(route.type);
  const ceiling = key.policies.maxPrice.find((each) => each.bucket === bucket);
  const steps = route.steps.flatMap((step, index): PlanStep[] => {
    const channel = catalog.channels.get(step.channelId);
    if (channel === undefined) return [];
    const price = step.price ?? route.price;
    const passedOver = aboveCeiling(price, ceiling, channel.id);
    return [{ ...step, channel, role: roleAt(route.steps, index), price, ...(passedOver !== null && { passedOver }) }];
  });
  return {
    model,
    route,
    routeType: route.type,
    bucket,
    bucketReason: `${ruleThatChose(key, route.type, routes, narrowTo)} ${paysFrom(route.type)}`,
    steps,
    prices: [...new Set(steps.flatMap((step) => (step.passedOver === undefined ? [step.price] : [])))],
    ...(hasEqualPriorities(route.steps) && { drawn: true as const }),
  };
}

function paysFrom(type: RouteType): string {
  return `${type} routes pay from ${bucketOf(type)}.`;
}

function ruleThatChose(key: PlanningKey, type: RouteType, routes: number, narrowTo: RouteType | null): string {
  if (narrowTo !== null) return `The request asked for the ${type} route.`;
  if (key.routePolicy.endsWith('_ONLY')) return `The key's policy is ${key.routePolicy}.`;
  if (routes === 1) return `The model has only an ${type} route for the key's policy ${key.routePolicy}.`;
  if (key.routePolicy.startsWith(type)) return `The key's policy ${key.routePolicy} tries ${type} first.`;
  return `The key allows crossing over to ${type} when the route that its policy ${key.routePolicy} prefers cannot serve.`;
}

function noRoute(catalog: Catalog, key: PlanningKey, modelId: string, narrowTo: RouteType | null): Fault {
  const other = [...catalog.routes.values()].find((route) => route.model === modelId && route.enabled);
  if (other === undefined) return new Fault('model_not_found', `The model "${modelId}" has no route now.`, { param: 'model' });
  const wanted = narrowTo === null ? `the policy of this key is ${key.routePolicy}` : `x-forge-route asks for ${narrowTo}`;
  return new Fault('route_not_allowed', `The model "${modelId}" has only an ${other.type} route, and ${wanted}.`);
}
