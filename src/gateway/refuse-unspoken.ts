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
  const { endpoint, model, body, stream } = call;
  const { operation } = endpoint;
  for (const plan of plans) refuseUnpriced(plan, endpoint);
  const asked = { operation, body, stream };
  const speaking = (step: PlanStep) => speaks(step, operation, upstreams);
  const [first] = plans;
  const canServe = (step: PlanStep) => speaking(step) && lackOf(step, asked, upstreams) === null;
  if (first === undefined || plans.some(({ steps }) => steps.some(canServe))) return;
  const steps = plans.flatMap((plan) => plan.steps);
  const lacks = new Set(steps.filter(speaking).map((step) => lackOf(step, asked, upstreams)?.message));
  if (lacks.size > 0) throw new RefusedOnRoute(new Fault('feature_unsupported', [...lacks].join(' ')), routeFactsOf(first));
  const protocols = [...new Set(steps.map(({ channel }) => channel.protocol))].join(' and ');
  const message = `${OPERATION_NAMES[operation]} cannot run on the channels of "${model}": they speak the protocol ${protocols}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(first));
}

/** What nobody has priced is not sold for nothing. */
function refuseUnpriced(plan: Plan, { operation, needs }: Endpoint): void {
  if (needs === undefined || plan.steps.every(({ price }) => needs.some((name) => price.classes?.[name] !== undefined))) return;
  const wanted = needs.join(' or ');
  const message = `${OPERATION_NAMES[operation]} are not sold on the route ${plan.route.id}: its price has no ${wanted}.`;
  throw new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(plan));
}
