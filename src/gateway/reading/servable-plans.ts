/** What a request can be served by: what no channel of any plan can be asked for, and what has no price, is refused before anything is held. */
import { lackOf, OPERATION_NAMES, speaks } from '../../attempts/obstacle';
import type { Operation, Upstreams } from '../../attempts/upstream';
import type { PriceClass } from '../../kernel/classes';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import type { PriceVersion } from '../../routing/catalog';
import type { Plan, PlannedRoute, PlanStep } from '../../routing/plan-route';
import type { Endpoint, ModelCall } from '../endpoints/endpoint';
import { RefusedOnRoute, routeFactsOf } from '../hold';

/** What a chat can ask as well. Several SDKs ask for responses unless they are told otherwise. */
const AS_CHAT: ReadonlySet<Operation> = new Set<Operation>(['responses', 'completions']);
const CHAT_HINT = ' Ask them for chat completions.';

/**
 * The plans in the order in which they are tried; the other bucket is not crossed to where the endpoint has no price. A step that
 * lacks the endpoint, or a feature of the request, is passed over when its turn comes; without any other step there is no turn to wait for.
 * @throws Fault `endpoint_not_supported`, `feature_unsupported`
 */
export function servablePlans({ first, fallback }: PlannedRoute, call: ModelCall, upstreams: Upstreams): readonly Plan[] {
  const { endpoint, body, stream } = call;
  const { operation } = endpoint;
  const silent = endpoint.output === 'limited' ? writesNothing(first) : null;
  if (silent !== null) throw new RefusedOnRoute(silent, routeFactsOf(first));
  if (!isSold(first, endpoint)) throw unpriced(first, endpoint);
  const plans = fallback === null || !isSold(fallback, endpoint) ? [first] : [first, fallback];
  const asked = { operation, body, stream };
  const canServe = (step: PlanStep) => isInPlan(step) && speaks(step, operation, upstreams) && lackOf(step, asked, upstreams) === null;
  if (plans.some(({ steps }) => steps.some(canServe))) return plans;
  throw new RefusedOnRoute(whyNone(plans, call, upstreams), routeFactsOf(first));
}

/**
 * Why nothing that is written in answer can be asked of the model of a plan; null: it can. A hold for it would cover the input alone, and
 * whatever came back would be given away.
 */
export function writesNothing({ model }: Pick<Plan, 'model'>): Fault | null {
  if (model.maxOutputTokens > 0) return null;
  const message = `The model "${model.id}" writes no text: its maxOutputTokens is 0. It is for endpoints such as embeddings or pictures.`;
  return new Fault('endpoint_not_supported', message, { param: 'model' });
}

function isInPlan({ passedOver }: PlanStep): boolean {
  return passedOver === undefined;
}

/** Of no step of any plan that can serve. */
function whyNone(plans: readonly Plan[], { endpoint, model, body, stream }: ModelCall, upstreams: Upstreams): Fault {
  const { operation } = endpoint;
  const steps = plans.flatMap((plan) => plan.steps.filter(isInPlan));
  const speaking = steps.filter((step) => speaks(step, operation, upstreams));
  const lacks = new Set(speaking.map((step) => lackOf(step, { operation, body, stream }, upstreams)?.message));
  if (lacks.size > 0) return new Fault('feature_unsupported', [...lacks].join(' '));
  const protocols = [...new Set(steps.map(({ channel }) => channel.protocol))].join(' and ');
  const message = `${OPERATION_NAMES[operation]} cannot run on the channels of "${shown(model)}": they speak the protocol ${protocols}.`;
  const hint = AS_CHAT.has(operation) && steps.some((step) => speaks(step, 'chat', upstreams)) ? CHAT_HINT : '';
  return new Fault('endpoint_not_supported', `${message}${hint}`, { param: 'model' });
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
