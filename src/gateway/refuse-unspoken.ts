/** Refuses, before anything is held, what no channel of any plan can be asked for, and what has no price. */
import { lackOf, OPERATION_NAMES, speaks } from '../attempts/obstacle';
import type { Upstreams } from '../attempts/upstream';
import { Fault } from '../kernel/fault';
import type { Plan, PlanStep } from '../routing/plan-route';
import type { Endpoint, ModelCall } from './endpoints/endpoint';
import { RefusedOnRoute, routeFactsOf } from './hold';

/**
 * A step that lacks the endpoint, or a feature of the request, is passed over when its turn comes; without any other step there is no
 * turn to wait for.
 * @throws Fault `endpoint_not_supported`, `feature_unsupported`
 */
export function refuseUnspoken(plans: readonly Plan[], call: ModelCall, upstreams: Upstreams): void {
  const { endpoint, model } = call;
  for (const plan of plans) refuseUnpriced(plan, endpoint);
  const steps = plans.flatMap((plan) => plan.steps);
  const [first] = plans;
  if (first === undefined) return;
  const speaking = steps.filter((step) => speaks(step, endpoint.operation, upstreams));
  if (speaking.length > 0) return refuseLacking(speaking, first, call, upstreams);
  const protocols = [...new Set(steps.map(({ channel }) => channel.protocol))].join(' and ');
  const message = `${OPERATION_NAMES[endpoint.operation]} cannot run on the channels of "${model}": they speak the protocol ${protocols}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(first));
}

/** Whatever the first step that can carry the request: the rest is not asked. */
function refuseLacking(steps: readonly PlanStep[], plan: Plan, { endpoint, body, stream }: ModelCall, upstreams: Upstreams): void {
  const lacks = new Set<string>();
  for (const step of steps) {
    const lack = lackOf(step, { operation: endpoint.operation, body, stream }, upstreams);
    if (lack === null) return;
    lacks.add(lack.message);
  }
  throw new RefusedOnRoute(new Fault('feature_unsupported', [...lacks].join(' ')), routeFactsOf(plan));
}

/** What nobody has priced is not sold for nothing. */
function refuseUnpriced(plan: Plan, { operation, needs }: Endpoint): void {
  if (needs === undefined || plan.steps.every(({ price }) => needs.some((name) => price.classes?.[name] !== undefined))) return;
  const wanted = needs.join(' or ');
  const message = `${OPERATION_NAMES[operation]} are not sold on the route ${plan.route.id}: its price has no ${wanted}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(plan));
}
