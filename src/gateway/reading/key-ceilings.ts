/** What the policies of a key and the headers of a request make of it: how long it may take, how often it is tried, how dear it may be. */
import type { AttemptLimits, Deadline } from '../../attempts/attempt-limits';
import { Fault } from '../../kernel/fault';
import { minNano, money, type Nano, storable } from '../../kernel/money';
import type { KeyPolicies } from '../../keys/key-policies';
import type { Quote } from '../../metering/quote-ceiling';
import type { Plan } from '../../routing/plan-route';
import { readDeadlineHeader } from './request-headers';

interface Received {
  readonly deadlineHeader: string | null;
  readonly receivedTick: number;
}

/**
 * null: neither the key nor the request has such limits. The header narrows what the key allows and never widens it.
 * @throws Fault `invalid_request` for a header that is no time
 */
export function attemptLimitsOf({ maxAttempts, deadlineMs }: KeyPolicies, request: Received): AttemptLimits | null {
  const asked = readDeadlineHeader(request.deadlineHeader);
  if (maxAttempts === null && deadlineMs === null && asked === null) return null;
  const within = (ms: number, by: string): Deadline => ({ ms, by, endsAt: request.receivedTick + ms });
  const ofKey = deadlineMs === null ? null : within(deadlineMs, 'this key');
  const deadline = asked !== null && asked <= (deadlineMs ?? asked) ? within(asked, 'x-forge-deadline-ms') : ofKey;
  return { maxAttempts, deadline, tries: 0 };
}

/** The most that may be held for a request that takes this plan; null: whatever it can cost. */
export function chargeCap({ maxCharge }: KeyPolicies, { bucket }: Plan): Nano | null {
  return maxCharge.find((ceiling) => ceiling.bucket === bucket)?.amount ?? null;
}

/** Why a plan is above the cap whatever its output limit; null: it is within it, or can be. */
export function aboveCap({ bucket, route }: Plan, quote: Quote, cap: Nano | null): Fault | null {
  if (cap === null || quote.floor <= cap) return null;
  const asked = `This request can cost up to ${money(quote.floor, bucket)} on the route ${route.id}`;
  return new Fault('price_ceiling', `${asked}, and the key allows ${money(cap, bucket)} for one request (maxCharge).`);
}

/** What is held where the balance covers it, within the range of a balance. */
export function fullHold({ ceiling }: Quote, cap: Nano | null): Nano {
  return storable(cap === null ? ceiling : minNano(ceiling, cap));
}
