/** Refuses, before anything is held, what no channel of any plan can be asked for, and what has no price. */
import { OPERATION_NAMES, speaks } from '../attempts/obstacle';
import type { Upstreams } from '../attempts/upstream';
import { Fault } from '../kernel/fault';
import type { Plan } from '../routing/plan-route';
import type { Endpoint, ModelCall } from './endpoints/endpoint';
import { RefusedOnRoute, routeFactsOf } from './hold';

/**
 * A step that lacks the endpoint is passed over when its turn comes; without any other step there is no turn to wait for.
 * @throws Fault `endpoint_not_supported`
 */
export function refuseUnspoken(plans: readonly Plan[], { endpoint, model }: ModelCall, upstreams: Upstreams): void {
  for (const plan of plans) refuseUnpriced(plan, endpoint);
  const steps = plans.flatMap((plan) => plan.steps.filter(({ passedOver }) => passedOver === undefined));
  const [first] = plans;
  if (first === undefined || steps.some((step) => speaks(step, endpoint.operation, upstreams))) return;
  const protocols = [...new Set(steps.map(({ channel }) => channel.protocol))].join(' and ');
  const message = `${OPERATION_NAMES[endpoint.operation]} cannot run on the channels of "${model}": they speak the protocol ${protocols}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(first));
}

/** What nobody has priced is not sold for nothing. */
function refuseUnpriced(plan: Plan, { operation, needs }: Endpoint): void {
  if (needs === undefined || plan.steps.every(({ price }) => needs.some((name) => price.classes?.[name] !== undefined))) return;
  const wanted = needs.join(' or ');
  const message = `${OPERATION_NAMES[operation]} are not sold on the route ${plan.route.id}: its price has no ${wanted}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(plan));
}
