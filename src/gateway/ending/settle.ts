/**
 * The second durable write of a request: what it used becomes a charge, and hold, transfer, receipt and attempts are
 * written in one transaction. How a settlement ends that the ledger cannot take now: `end-durably.ts`.
 */
import type { AttemptRecord } from '../../attempts/attempt';
import type { Fault } from '../../kernel/fault';
import { newId } from '../../kernel/ids';
import { minNano, type Nano, nano, storable, subtractNano } from '../../kernel/money';
import type { ReceiptRecord, RequestFacts, RouteFacts } from '../../ledger/receipt';
import { chargeFor } from '../../metering/charge';
import { costOf } from '../../metering/cost';
import type { PriceTerms } from '../../metering/price-terms';
import type { Usage } from '../../metering/usage';
import { AbovePriceCeiling } from '../../routing/plan-route';
import type { Asked } from '../asked';
import type { Gateway } from '../completion-request';
import { type Hold, holdToEnd, NO_ROUTE, RefusedOnRoute, routeFactsOf, type Used } from '../hold';
import { endDurably, ReceiptedFault, withoutMoney } from './end-durably';
import { faultOf } from './fault-of-outcome';
import { measureUsage } from './measure-usage';
import { readyAgainInS } from './ready-again';
import { indexOfLastTry, receiptOf, receiptWithoutCharge } from './receipt-of';

/** A request that has ended: its receipt is durable and readable. */
export interface Settled {
  readonly receipt: ReceiptRecord;
  /** What the client is told; null when it gets an answer. */
  readonly fault: Fault | null;
  readonly used: Used;
}

const ZERO = nano(0n);
/** Something may have been sent and the process lives on, so that no other row of the policy fits; the error code tells whose fault it was. */
const BROKEN_INSIDE = {
  stopReason: 'UPSTREAM_ERROR',
  noChargeReason: 'Something broke inside the gateway, so nothing was charged and the held amount was given back.',
} as const;

/** Resolves when the receipt is durable, in the ledger or in the spool. @throws as `endDurably` */
export async function settle(gateway: Gateway, { facts, call, keep }: Asked, used: Used): Promise<Settled> {
  const { hold, outcome } = used;
  const usage = await measureUsage(outcome, call, hold.quote.bounds.inputTokens, gateway.counter);
  const price = outcome.step?.price ?? null;
  const full = price === null ? ZERO : fullCharge(usage, price);
  const charge = minNano(full, hold.amount);
  const fault = faultOf(outcome, charge, readyAgainInS(gateway, used));
  const receipt = receiptOf(gateway.clock, facts, used, { usage, charge, fault });
  const chargedAttempt = charge > 0n ? indexOfLastTry(used.attempts) : null;
  await endDurably(gateway, {
    kind: 'end',
    hold: holdToEnd(hold, usage.source !== 'NONE'),
    receipt,
    attempts: withMeasuredUsage(used, usage),
    chargedAttempt,
    transferId: charge > 0n ? newId() : null,
    overage: storable(subtractNano(full, charge)),
    overageTransferId: full > charge ? newId() : null,
    answer: keep?.(receipt, fault, used) ?? null,
  });
  if (full > charge) gateway.log.warn({ receipt: receipt.requestId, overage: String(full - charge) }, 'an answer cost more than its hold');
  return { receipt, fault, used };
}

/** Releases a hold after something broke inside the gateway: charge 0, with a receipt. Gives the fault to throw on. */
export async function release(
  gateway: Gateway,
  facts: RequestFacts,
  hold: Hold,
  attempts: readonly AttemptRecord[],
  error: unknown,
): Promise<Fault> {
  gateway.log.error({ err: error, receipt: facts.requestId }, 'a request broke inside the gateway');
  const fault = new ReceiptedFault('internal_error', 'The gateway could not finish this request.', { cause: error });
  const ended = { route: routeFactsOf(hold.plan), fault, ...BROKEN_INSIDE, attempts, hold } as const;
  const receipt = receiptWithoutCharge(gateway.clock, facts, ended);
  await endDurably(gateway, {
    ...withoutMoney(receipt, attempts),
    hold: holdToEnd(hold, false),
  });
  return fault;
}

/** Writes the receipt of a request that was refused before anything was held. It names the balance that would have paid. */
export async function writeRefusal(gateway: Gateway, facts: RequestFacts, fault: Fault): Promise<ReceiptRecord> {
  const route = routeOfRefusal(fault);
  const attempts = fault instanceof RefusedOnRoute ? fault.attempts : [];
  const receipt = receiptWithoutCharge(gateway.clock, facts, { route, fault, stopReason: 'REFUSED', attempts, hold: null });
  await endDurably(gateway, withoutMoney(receipt, attempts));
  return receipt;
}

function routeOfRefusal(fault: Fault): RouteFacts {
  if (fault instanceof RefusedOnRoute) return fault.route;
  return fault instanceof AbovePriceCeiling ? routeFactsOf(fault.plan) : NO_ROUTE;
}

function fullCharge(usage: Usage, price: PriceTerms): Nano {
  return usage.source === 'NONE' ? ZERO : chargeFor(usage, price);
}

/** The attempt that was charged shows the usage that it was charged for, also where that was counted here, and what that cost. */
function withMeasuredUsage({ attempts, outcome }: Used, usage: Usage): readonly AttemptRecord[] {
  const charged = indexOfLastTry(attempts);
  if (usage.source === 'NONE' || charged === null || attempts[charged]?.usage === usage) return attempts;
  const cost = costOf(usage, outcome.step?.cost ?? null);
  return attempts.map((attempt, index) => (index === charged ? { ...attempt, usage, cost } : attempt));
}
