/** The record of a receipt, from what is known when the request ends. Pure but for the clock. */
import type { AttemptRecord } from '../attempts/attempt';
import type { Clock } from '../kernel/clock';
import type { Fault } from '../kernel/fault';
import { type Nano, nano } from '../kernel/money';
import type { StopReason } from '../kernel/words';
import type { ReceiptRecord, RequestFacts, RouteFacts } from '../ledger/receipt';
import { NO_USAGE, type Usage } from '../metering/usage';
import { routeFactsOf, type Used } from './hold';
import { STOP_RULES } from './stop-reasons';

/** Of a request that was served under a hold. */
export function receiptOf(
  clock: Clock,
  facts: RequestFacts,
  used: Used,
  ended: { readonly usage: Usage; readonly charge: Nano; readonly fault: Fault | null },
): ReceiptRecord {
  const { hold, outcome, attempts } = used;
  const rule = STOP_RULES[outcome.stopReason];
  const lastTry = attempts[indexOfLastTry(attempts) ?? -1];
  return {
    ...facts,
    ...routeFactsOf(hold.plan),
    ...clockFacts(clock, facts),
    status: rule.status,
    stopReason: outcome.stopReason,
    upstreamModel: outcome.step?.upstreamModel ?? null,
    reportedModel: outcome.facts?.reportedModel ?? null,
    finalChannelId: outcome.step?.channel.id ?? null,
    priceId: outcome.step?.price.id ?? null,
    ...countsOf(attempts),
    providerStatus: outcome.facts?.providerStatus ?? null,
    errorCode: ended.fault?.code ?? null,
    errorMessage: ended.fault?.publicMessage ?? null,
    usage: ended.usage,
    timeToFirstTokenMs: lastTry?.timeToFirstTokenMs ?? null,
    loweredOutputLimit: hold.limitLowered ? hold.outputLimit : null,
    charge: ended.charge,
    noChargeReason: ended.charge > 0n ? null : rule.noChargeReason,
    holdId: hold.id,
    holdAmount: hold.amount,
  };
}

/** Of a request that ended without an outcome: refused, or broken inside the gateway. */
export function receiptWithoutCharge(
  clock: Clock,
  facts: RequestFacts,
  route: RouteFacts,
  fault: Fault,
  stopReason: StopReason,
  attempts: readonly AttemptRecord[],
): ReceiptRecord {
  return {
    ...facts,
    ...route,
    ...clockFacts(clock, facts),
    status: 'FAILED',
    stopReason,
    upstreamModel: null,
    reportedModel: null,
    finalChannelId: null,
    priceId: null,
    ...countsOf(attempts),
    providerStatus: null,
    errorCode: fault.code,
    errorMessage: fault.publicMessage,
    usage: NO_USAGE,
    timeToFirstTokenMs: null,
    loweredOutputLimit: null,
    charge: nano(0n),
    noChargeReason: STOP_RULES[stopReason].noChargeReason,
    holdId: null,
    holdAmount: null,
  };
}

function clockFacts(clock: Clock, facts: RequestFacts): { settledAt: number; latencyMs: number } {
  const settledAt = clock.now();
  return { settledAt, latencyMs: Math.max(0, settledAt - facts.createdAt) };
}

function countsOf(attempts: readonly AttemptRecord[]): { retryCount: number; fallbackCount: number } {
  const tried = attempts.filter((attempt) => attempt.status !== 'SKIPPED');
  return {
    retryCount: tried.filter((attempt) => attempt.retry > 0).length,
    fallbackCount: tried.filter((attempt) => attempt.retry === 0 && attempt.index > 0).length,
  };
}

/** The attempt that bears the charge, when there is one: the last that was not passed over. */
export function indexOfLastTry(attempts: readonly AttemptRecord[]): number | null {
  const index = attempts.findLastIndex((attempt) => attempt.status !== 'SKIPPED');
  return index === -1 ? null : index;
}
