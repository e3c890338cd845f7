/** A hold in the hands of the flow, and what the request did with it. */
import type { AttemptRecord } from '../attempts/attempt';
import type { Outcome } from '../attempts/run-attempts';
import { Fault } from '../kernel/fault';
import type { Nano } from '../kernel/money';
import type { EndRequest, OpenHold } from '../ledger/ledger-store';
import type { RouteFacts } from '../ledger/receipt';
import type { Quote } from '../metering/quote-ceiling';
import type { Plan } from '../routing/plan-route';

declare const granted: unique symbol;

/** Money that is reserved, durably. Only `withHold` makes one. */
export interface Hold {
  readonly [granted]: true;
  readonly id: string;
  readonly walletId: string;
  readonly amount: Nano;
  /** Milliseconds since 1970. */
  readonly placedAt: number;
  readonly plan: Plan;
  readonly quote: Quote;
  readonly cap: Nano | null;
  /** The output limit per choice that the hold covers, and whether it was lowered to what the balance covers. */
  readonly outputLimit: number;
  readonly limitLowered: boolean;
}

/** The hold in the ledger's own words. */
export function openHold({ id, walletId, amount, placedAt }: Hold): OpenHold {
  return { holdId: id, walletId, amount, placedAt };
}

/** The same, as it is given to the ledger to be ended: settled, or released. */
export function holdToEnd({ id, walletId, amount, placedAt }: Hold, settles: boolean): NonNullable<EndRequest['hold']> {
  return { holdId: id, walletId, amount, placedAt, settles };
}

/** One way to serve a request: a plan and the most that it can cost. */
export interface Option {
  readonly plan: Plan;
  readonly quote: Quote;
  /** The most that the key lets one request hold; null: whatever it can cost. */
  readonly cap: Nano | null;
}

/** How the request ended on its last hold, and all its attempts, those of an earlier hold included. */
export interface Used {
  readonly hold: Hold;
  readonly outcome: Outcome;
  readonly attempts: readonly AttemptRecord[];
}

export const NO_ROUTE: RouteFacts = {
  routeId: null,
  routeType: null,
  bucket: null,
  bucketReason: null,
  primaryChannelId: null,
  primaryPriceId: null,
};

export function routeFactsOf(plan: Plan): RouteFacts {
  const primary = plan.steps[0];
  return {
    routeId: plan.route.id,
    routeType: plan.routeType,
    bucket: plan.bucket,
    bucketReason: plan.bucketReason,
    primaryChannelId: primary?.channel.id ?? null,
    primaryPriceId: primary?.price.id ?? null,
  };
}

/** A refusal after planning: its receipt can say which balance would have paid, and what the others that were asked lacked. */
export class RefusedOnRoute extends Fault {
  constructor(
    refusal: Fault,
    readonly route: RouteFacts,
    readonly attempts: readonly AttemptRecord[] = [],
  ) {
    super(refusal.code, refusal.publicMessage, refusal.detail);
  }
}
