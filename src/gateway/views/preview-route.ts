/**
 * What would happen if a request were sent now, from the functions that the flow itself goes by: admission, planning,
 * quoting, the obstacles of steps, and the rates of the key and its account. Nothing is held, taken or sent.
 */
import { obstacleOf } from '../../attempts/obstacle';
import type { Upstreams } from '../../attempts/upstream';
import { Fault } from '../../kernel/fault';
import type { FaultCode } from '../../kernel/fault-codes';
import { minNano, type Nano, nano } from '../../kernel/money';
import type { Bucket } from '../../kernel/words';
import type { ApiKey } from '../../keys/api-key';
import { admitKey, WITHIN } from '../../keys/authenticate';
import { refusalAt } from '../../keys/rate-bucket';
import { type RateHolder, rateHoldersOf } from '../../keys/rate-holders';
import type { RateLevels } from '../../keys/rate-limiter';
import type { SpendRoom } from '../../ledger/spend-room';
import { type Quote, quoteCeiling } from '../../metering/quote-ceiling';
import type { Catalog } from '../../routing/catalog';
import { AbovePriceCeiling, type Plan, type PlanStep, planRoute } from '../../routing/plan-route';
import { aboveCap, chargeCap, fullHold } from '../reading/key-ceilings';
import { writesNothing } from '../reading/servable-plans';
import { shortBalance } from '../reading/short-balance';
import { overLimit } from '../reading/spend-ceilings';
import { tooFast } from '../reading/too-fast';
import { type ChannelsNow, firstTried, type Warning, warningsOf } from './preview-warnings';

export interface PreviewMeans extends ChannelsNow {
  readonly catalog: Catalog;
  /** What can be spent from the balance now. */
  readonly available: (bucket: Bucket) => Promise<Nano>;
  /** What the spend limits of the key and its project leave now; null: they have none on the bucket. */
  readonly room: (bucket: Bucket) => Promise<SpendRoom | null>;
  /** What the rates of a holder leave now. */
  readonly rates: (holder: RateHolder) => Promise<RateLevels>;
}

export interface PreviewedRequest {
  readonly model: string;
  readonly inputTokens: number;
  /** As the client would set it; undefined: it sets none. Zero: the least that can be asked of the model, which of one for embeddings is nothing. */
  readonly maxOutputTokens: number | undefined;
}

/** `plan` is the one that would be taken; when nothing can be called, the one that came closest, if any did. */
export interface RoutePreview {
  readonly callable: boolean;
  /** What to change, when nothing can be called. */
  readonly reason: string | null;
  readonly plan: Plan | null;
  /** The step that would be tried first: not always the first one of the plan. */
  readonly first: PlanStep | null;
  readonly hold: Nano | null;
  readonly available: Nano | null;
  readonly warnings: readonly Warning[];
}

interface Candidate {
  readonly plan: Plan;
  readonly quote: Quote;
  /** The most that the key lets one request hold. */
  readonly cap: Nano | null;
  readonly available: Nano;
  readonly room: SpendRoom | null;
}

type Closest = Pick<Candidate, 'plan' | 'available'>;

/** A key that may not call, or a model that it may not, gives a preview that says why, and no fault. */
export async function previewRoute(means: PreviewMeans, key: ApiKey, request: PreviewedRequest): Promise<RoutePreview> {
  const planned = plannedFor(means, key, request.model);
  if (planned instanceof Fault) return refused(means, reasonOf(planned), await closestTo(means, planned));
  const silent = request.maxOutputTokens === 0 ? null : writesNothing(planned.first);
  if (silent !== null) return refused(means, reasonOf(silent), null);
  const plans = planned.fallback === null ? [planned.first] : [planned.first, planned.fallback];
  const candidates = await Promise.all(plans.map((plan) => candidateOf(means, plan, request, key)));
  const taken = candidates.find((each) => isCovered(each) && firstOpen(each.plan, means.upstreams) !== undefined);
  if (taken === undefined) return refused(means, whyNone(candidates, means.upstreams), candidates[0] ?? null);
  const limited = await beyondRates(means, key, request);
  if (limited !== null) return refused(means, limited.publicMessage, taken);
  const hold = holdOf(taken);
  const warnings = warningsOf(key.policies, planned, { ...taken, hold }, means);
  const first = firstTried(taken.plan, means);
  return { callable: true, reason: null, plan: taken.plan, first, hold, available: taken.available, warnings };
}

function plannedFor({ catalog, now }: PreviewMeans, key: ApiKey, model: string) {
  try {
    admitKey({ key }, now, WITHIN);
    return planRoute(catalog, key, model, null);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function candidateOf(
  means: PreviewMeans,
  plan: Plan,
  { inputTokens, maxOutputTokens }: PreviewedRequest,
  { policies }: ApiKey,
): Promise<Candidate> {
  const bounds = {
    inputTokens: Math.min(inputTokens, plan.model.contextWindow),
    clientOutputLimit: maxOutputTokens === 0 ? Math.min(1, plan.model.maxOutputTokens) : maxOutputTokens,
    modelOutputLimit: plan.model.maxOutputTokens,
    choices: 1,
  };
  const quote = quoteCeiling(bounds, plan.prices);
  const [available, room] = await Promise.all([means.available(plan.bucket), means.room(plan.bucket)]);
  return { plan, quote, cap: chargeCap(policies, plan), available, room };
}

/** The plan of which every step is too dear: it came closest. */
async function closestTo({ available }: PreviewMeans, fault: Fault): Promise<Closest | null> {
  return fault instanceof AbovePriceCeiling ? { plan: fault.plan, available: await available(fault.plan.bucket) } : null;
}

/** Told last, though the flow asks first: it passes by itself, and what does not is to be known before. */
async function beyondRates({ rates }: PreviewMeans, key: ApiKey, request: PreviewedRequest): Promise<Fault | null> {
  const { inputTokens, maxOutputTokens = 0 } = request;
  for (const holder of rateHoldersOf(key)) {
    const refusal = refusalAt(await rates(holder), inputTokens + maxOutputTokens);
    if (refusal !== null) return tooFast(holder, refusal);
  }
  return null;
}

function isCovered({ plan, quote, cap, available, room }: Candidate): boolean {
  return quote.floor <= available && !isOver(room, quote) && aboveCap(plan, quote, cap) === null;
}

function isOver(room: SpendRoom | null, { floor }: Quote): room is SpendRoom {
  return room !== null && room.left < floor;
}

/** As the ledger grants it: the whole of it, or what the balance and the limits leave. */
function holdOf({ quote, cap, available, room }: Candidate): Nano {
  const within = minNano(fullHold(quote, cap), available);
  return room === null ? within : minNano(within, nano(room.left));
}

/** What is wrong, and what to do about it. */
function reasonOf({ code, publicMessage, rule }: Fault): string {
  return `${publicMessage} ${BEFORE_IT_IS_SENT[code] ?? rule.nextStep}`;
}

/** Where the step after a refusal speaks of the request: none has been sent, and it has no headers. */
const BEFORE_IT_IS_SENT: Partial<Record<FaultCode, string>> = {
  route_not_allowed: 'Change the route policy of the key, or choose another model.',
};

function refused(means: ChannelsNow, reason: string, closest: Closest | null): RoutePreview {
  const { plan, available } = closest ?? { plan: null, available: null };
  const first = plan === null ? null : firstTried(plan, means);
  return { callable: false, reason, plan, first, hold: null, available, warnings: [] };
}

function whyNone(candidates: readonly Candidate[], upstreams: Upstreams): string {
  const [tooDear] = candidates.flatMap(({ plan, quote, cap }) => aboveCap(plan, quote, cap) ?? []);
  if (tooDear !== undefined) return reasonOf(tooDear);
  const short = candidates.find(({ quote, available }) => quote.floor > available);
  if (short !== undefined) return reasonOf(shortBalance(short.plan.bucket, short.quote.floor, short.available));
  const [limited] = candidates.flatMap(({ quote, room }) => (isOver(room, quote) ? [overLimit(room, quote.floor)] : []));
  if (limited !== undefined) return reasonOf(limited);
  const steps = candidates.flatMap(({ plan }) => plan.steps);
  const obstacles = steps.flatMap((step) => obstacleOf(step, 'chat', upstreams)?.message ?? []);
  return ['No channel can take it now.', ...obstacles, 'Choose another model, or ask the operator to open a channel.'].join(' ');
}

function firstOpen(plan: Plan, upstreams: Upstreams): PlanStep | undefined {
  return plan.steps.find((step) => obstacleOf(step, 'chat', upstreams) === null);
}
