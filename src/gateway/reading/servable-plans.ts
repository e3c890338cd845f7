/** What a request can be served by: what no channel of any plan can be asked for, and what has no price, is refused before anything is held. */
import { lackOf, OPERATION_NAMES, speaks } from '../../attempts/obstacle';
import type { Operation, Upstreams } from '../../attempts/upstream';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import type { PriceVersion } from '../../routing/catalog';
import type { Plan, PlannedRoute, PlanStep } from '../../routing/plan-route';
import type { Endpoint, ModelCall, Sold } from '../endpoints/endpoint';
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

/** What nobody has priced is not sold for nothing: a class without a price of its own costs what the rest of its side does. */
function isSold({ model, steps }: Plan, { needs }: Endpoint): boolean {
  return needs === undefined || steps.every(({ price }) => needs.some((name) => isPriced(name, price, model)));
}

function isPriced(name: Sold, price: PriceVersion, { maxOutputTokens }: Plan['model']): boolean {
  switch (name) {
    case 'perRequest':
      return price.perRequest !== null;
    case 'input':
      return price.input > 0n;
    case 'output':
      // Of a model that is said to write no tokens none are held.
      return price.output > 0n && maxOutputTokens > 0;
    default:
      return price.classes?.[name] !== undefined;
  }
}

function unpriced(plan: Plan, { operation, needs = [] }: Endpoint): Fault {
  const wanted = needs.map((name) => `${name}${condition(name, plan.model)}`).join(' or ');
  const message = `${OPERATION_NAMES[operation]} cannot be sold on the route ${plan.route.id}: its price has no ${wanted}.`;
  return new RefusedOnRoute(new Fault('endpoint_not_supported', message, { param: 'model' }), routeFactsOf(plan));
}

function condition(name: Sold, { maxOutputTokens }: Plan['model']): string {
  if (name === 'output' && maxOutputTokens === 0) return ' with a maxOutputTokens of the model above zero';
  return name === 'input' || name === 'output' ? ' above zero' : '';
}
