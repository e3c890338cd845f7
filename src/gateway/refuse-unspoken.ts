/** What a request can be served by: what no channel of any plan can be asked for, and what has no price, is refused before anything is held. */
import { OPERATION_NAMES, speaks } from '../attempts/obstacle';
import type { Upstreams } from '../attempts/upstream';
import type { PriceClass } from '../kernel/classes';
import { Fault } from '../kernel/fault';
import type { PriceVersion } from '../routing/catalog';
import type { Plan, PlannedRoute } from '../routing/plan-route';
import type { Endpoint, ModelCall } from './endpoints/endpoint';
import { RefusedOnRoute, routeFactsOf } from './hold';

/**
 * The plans in the order in which they are tried; the other bucket is not crossed to where the endpoint has no price. A step that
 * lacks the endpoint is passed over when its turn comes; without any other step there is no turn to wait for.
 * @throws Fault `endpoint_not_supported`
 */
export function servablePlans({ first, fallback }: PlannedRoute, { endpoint, model }: ModelCall, upstreams: Upstreams): readonly Plan[] {
  if (!isSold(first, endpoint)) throw unpriced(first, endpoint);
  const plans = fallback === null || !isSold(fallback, endpoint) ? [first] : [first, fallback];
  const steps = plans.flatMap((plan) => plan.steps.filter(({ passedOver }) => passedOver === undefined));
  if (steps.some((step) => speaks(step, endpoint.operation, upstreams))) return plans;
  const protocols = [...new Set(steps.map(({ channel }) => channel.protocol))].join(' and ');
  const message = `${OPERATION_NAMES[endpoint.operation]} cannot run on the channels of "${model}": they speak the protocol ${protocols}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(first));
}

/** What nobody has priced is not sold for nothing. */
function isSold(plan: Plan, { needs }: Endpoint): boolean {
  return needs === undefined || plan.steps.every(({ price }) => needs.some((name) => isPriced(price, name)));
}

function isPriced(price: PriceVersion, name: PriceClass | 'perRequest'): boolean {
  return name === 'perRequest' ? price.perRequest !== null : price.classes?.[name] !== undefined;
}

function unpriced(plan: Plan, { operation, needs = [] }: Endpoint): Fault {
  const wanted = needs.join(' or ');
  const message = `${OPERATION_NAMES[operation]} cannot be sold on the route ${plan.route.id}: its price has no ${wanted}.`;
  return new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(plan));
}
