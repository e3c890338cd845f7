/**
 * The only place that knows the ends of a hold. It places one before anything is sent, hands it to `use`, and sees to it
 * that the hold ends exactly once: settled by what `use` returned, released when `use` threw. A crash in between is left
 * to recovery. Crossing to the other bucket is a second hold, in whose transaction the first one is released.
 */
import type { AttemptRecord } from '../attempts/attempt';
import { limitReached } from '../attempts/attempt-limits';
import { passedOver } from '../attempts/attempt-record';
import { obstacleTo } from '../attempts/obstacle';
import type { Outcome } from '../attempts/run-attempts';
import { Fault } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { NANO_MAX, type Nano, nano } from '../kernel/money';
import { HOUR_MS } from '../kernel/times';
import type { PlaceHold } from '../ledger/ledger-store';
import type { RequestFacts } from '../ledger/receipt';
import { walletId } from '../ledger/wallet';
import { outputLimitWithin } from '../metering/quote-ceiling';
import type { Asked } from './asked';
import type { Gateway } from './completion-request';
import { release, type Settled, settle } from './ending/settle';
import { type Hold, type Option, openHold, RefusedOnRoute, routeFactsOf, type Used } from './hold';
import { aboveCap, fullHold } from './reading/key-ceilings';
import { isAboutKey, sameKeyFault } from './reading/same-key';
import { shortBalance } from './reading/short-balance';
import { ceilingsOn, overLimit } from './reading/spend-ceilings';

/** Told with the hold, and obeyed by nobody: recovery ends the holds of dead processes, whatever the clock says. */
const HOLD_LIFE_MS = HOUR_MS;

/**
 * Runs `use` under a hold on the first option that the balances cover, and on the next option when the first one failed
 * before anything reached the client. What it gives is settled, durably.
 * @throws Fault `insufficient_quota`, `spend_limit_reached` or `price_ceiling` when no option is covered by its balance and
 * within its limits, `idempotency_…` when its key was used before, `temporarily_unavailable` when the ledger cannot take a
 * hold. Nothing is held then, and nothing was sent.
 */
export async function withHold(
  gateway: Gateway,
  asked: Asked,
  options: readonly Option[],
  use: (hold: Hold, attemptsBefore: readonly AttemptRecord[]) => Promise<Outcome>,
): Promise<Settled> {
  const attempts: AttemptRecord[] = [];
  let used: Used | null = null;
  let refusal: Fault | null = null;
  for (const option of options) {
    const hold = await place(gateway, asked, option, used?.hold ?? null);
    if (hold instanceof Fault) {
      // A twin is refused whatever another balance could pay.
      if (used === null && isAboutKey(hold)) throw new RefusedOnRoute(hold, routeFactsOf(option.plan));
      refusal ??= hold;
      attempts.push(...notCovered(option, hold, attempts.length, gateway.clock.now()));
      continue;
    }
    const outcome = await releasedWhenThrown(gateway, asked.facts, hold, attempts, use);
    attempts.push(...outcome.attempts);
    used = { hold, outcome, attempts };
    if (!goesOn(gateway, asked, outcome, { options, option, attempts })) break;
  }
  if (used !== null) return settledOrReleased(gateway, asked, used);
  throw refusedOnAll(options, refusal, attempts);
}

/** Of one balance the refusal itself says all; of two it names the first alone, and the steps that were passed over say the rest. */
function refusedOnAll([first, ...others]: readonly Option[], refusal: Fault | null, attempts: readonly AttemptRecord[]): Fault {
  invariant(refusal !== null && first !== undefined, 'a request without a hold was refused one');
  return new RefusedOnRoute(refusal, routeFactsOf(first.plan), others.length > 0 ? attempts : []);
}

async function releasedWhenThrown(
  gateway: Gateway,
  facts: RequestFacts,
  hold: Hold,
  attempts: readonly AttemptRecord[],
  use: (hold: Hold, attemptsBefore: readonly AttemptRecord[]) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await use(hold, attempts);
  } catch (error) {
    throw await release(gateway, facts, hold, attempts, error);
  }
}

async function settledOrReleased(gateway: Gateway, asked: Asked, used: Used): Promise<Settled> {
  try {
    return await settle(gateway, asked, used);
  } catch (error) {
    // A fault has ended the hold, or is about to; anything else broke before the ledger was asked.
    if (error instanceof Fault) throw error;
    throw await release(gateway, asked.facts, used.hold, used.attempts, error);
  }
}

/** Only a failure that reached nobody, and that another provider may mend, is taken to the other bucket. */
function mayCross(outcome: Outcome): boolean {
  if (outcome.started) return false;
  return outcome.stopReason === 'UPSTREAM_ERROR' || outcome.stopReason === 'UPSTREAM_TIMEOUT' || outcome.stopReason === 'NO_CHANNEL';
}

interface Place {
  readonly options: readonly Option[];
  readonly option: Option;
  readonly attempts: AttemptRecord[];
}

/** A second balance is not held for what cannot be tried there: its steps are passed over, with the reason. */
function goesOn({ clock, upstreams }: Gateway, asked: Asked, outcome: Outcome, { options, option, attempts }: Place): boolean {
  if (!mayCross(outcome)) return false;
  const { endpoint, body, stream } = asked.call;
  const late = outcome.overdue === null ? null : { code: 'deadline', message: outcome.overdue };
  const limit = late ?? (asked.attemptLimits === null ? null : limitReached(asked.attemptLimits, clock));
  const steps = options.slice(options.indexOf(option) + 1).flatMap(({ plan }) => plan.steps);
  const skipped = steps.flatMap((step, nth) => {
    const obstacle = step.passedOver ?? limit ?? obstacleTo(step, { operation: endpoint.operation, body, stream }, upstreams);
    return obstacle === null ? [] : [passedOver(step, attempts.length + nth, obstacle, clock.now())];
  });
  if (skipped.length < steps.length) return true;
  attempts.push(...skipped);
  return false;
}

async function place(gateway: Gateway, asked: Asked, option: Option, replaces: Hold | null): Promise<Hold | Fault> {
  const { plan, quote } = option;
  const tooDear = aboveCap(plan, quote, option.cap);
  if (tooDear !== null) return tooDear;
  if (quote.floor > NANO_MAX) return shortBalance(plan.bucket, quote.floor);
  const item = holdItem(asked, option, gateway.clock.now(), replaces);
  try {
    const verdict = await gateway.ledger.place(item);
    if (verdict.verdict === 'insufficient') return shortBalance(plan.bucket, quote.floor, verdict.available);
    if (verdict.verdict === 'over_limit') return overLimit(verdict, quote.floor);
    if (verdict.verdict === 'same_key') return sameKeyFault(verdict);
    if (verdict.verdict === 'refused')
      throw new Fault('temporarily_unavailable', 'Nothing was held, and the ledger cannot say why any more.');
    invariant(verdict.verdict === 'granted', 'a hold is granted or refused');
    return holdOf(item, option, nano(verdict.amount));
  } catch (error) {
    const fault = unavailable(gateway, asked.facts.requestId, error);
    // With a hold already open the request still ends on that one; without, nothing has happened yet.
    if (replaces === null) throw unsent(fault);
    return fault;
  }
}

function holdItem({ facts, limits, idempotence }: Asked, option: Option, now: number, replaces: Hold | null): PlaceHold {
  const { plan, quote } = option;
  // A request counts where it first reserved money: hours may be between the two, and with them the end of a window.
  const placedAt = replaces?.placedAt ?? now;
  return {
    kind: 'place',
    holdId: newId(),
    walletId: walletId(facts.accountId, plan.bucket),
    request: facts,
    route: routeFactsOf(plan),
    amount: fullHold(quote, option.cap),
    atLeast: quote.floor,
    placedAt,
    expiresAt: placedAt + HOLD_LIFE_MS,
    replaces: replaces === null ? null : openHold(replaces),
    ceilings: ceilingsOn(plan.bucket, placedAt, limits),
    idempotence,
  };
}

function holdOf({ holdId: id, walletId, placedAt }: PlaceHold, { plan, quote, cap }: Option, amount: Nano): Hold {
  const { limit, lowered } = outputLimitWithin(quote, amount);
  return { id, walletId, amount, placedAt, plan, quote, cap, outputLimit: limit, limitLowered: lowered } as Hold;
}

function notCovered(option: Option, fault: Fault, index: number, now: number): AttemptRecord[] {
  const [first] = option.plan.steps;
  return first === undefined ? [] : [passedOver(first, index, { code: fault.code, message: fault.publicMessage }, now)];
}

function unavailable(gateway: Gateway, requestId: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  gateway.log.error({ err: error, receipt: requestId }, 'a hold could not be placed');
  return new Fault('temporarily_unavailable', 'The ledger cannot take requests now.', { cause: error });
}

/** There is no receipt to say it: whether money went, and what to do. */
function unsent(fault: Fault): Fault {
  if (fault.code !== 'temporarily_unavailable') return fault;
  return new Fault(fault.code, `${fault.publicMessage} Nothing was sent or charged: try again in a moment.`, fault.detail);
}
