/** The record of a receipt, from what is known when the request ends. Pure but for the clock. */
import type { AttemptRecord } from '../../attempts/attempt';
import type { Outcome } from '../../attempts/run-attempts';
import type { Clock } from '../../kernel/clock';
import type { Fault } from '../../kernel/fault';
import { type Nano, nano } from '../../kernel/money';
import type { StopReason } from '../../kernel/words';
import type { ReceiptRecord, RequestFacts, RouteFacts } from '../../ledger/receipt';
import { NO_USAGE, type Usage } from '../../metering/usage';
import { type Hold, routeFactsOf, type Used } from '../hold';
import { PRICELESS, STOP_RULES } from './stop-reasons';

/** What of a receipt is known when a request ends, whether it was served or not. */
interface Ending {
  readonly route: RouteFacts;
  readonly attempts: readonly AttemptRecord[];
  readonly stopReason: StopReason;
  /** Why the charge is zero; left out: what the policy says of the stop reason. */
  readonly noChargeReason?: string;
  readonly fault: Fault | null;
  readonly usage: Usage;
  readonly charge: Nano;
  /** null when nothing was held, or nothing came of it. */
  readonly hold: Hold | null;
  readonly outcome: Outcome | null;
}

/** Of a request that was served under a hold. */
export function receiptOf(
  clock: Clock,
  facts: RequestFacts,
  used: Used,
  ended: { readonly usage: Usage; readonly charge: Nano; readonly fault: Fault | null },
): ReceiptRecord {
  const { hold, outcome, attempts } = used;
  const { usage, charge, fault } = ended;
  const route = routeFactsOf(hold.plan);
  return recordOf(clock, facts, { route, attempts, stopReason: outcome.stopReason, fault, usage, charge, hold, outcome });
}

/** Of a request that ended without an outcome: refused, or broken inside the gateway. */
export function receiptWithoutCharge(
  clock: Clock,
  facts: RequestFacts,
  ended: Pick<Ending, 'route' | 'fault' | 'stopReason' | 'noChargeReason' | 'attempts' | 'hold'>,
): ReceiptRecord {
  return recordOf(clock, facts, { ...ended, usage: NO_USAGE, charge: nano(0n), outcome: null });
}

/** One literal, because every request makes one: spreading the parts together cost more than writing them out. */
function recordOf(clock: Clock, facts: RequestFacts, ending: Ending): ReceiptRecord {
  const { route, attempts, stopReason, fault, hold, outcome, charge } = ending;
  const rule = STOP_RULES[stopReason];
  const settledAt = clock.now();
  const counts = countsOf(attempts);
  return {
    requestId: facts.requestId,
    accountId: facts.accountId,
    apiKeyId: facts.apiKeyId,
    projectId: facts.projectId,
    runId: facts.runId,
    endpoint: facts.endpoint,
    stream: facts.stream,
    requestedModel: facts.requestedModel,
    createdAt: facts.createdAt,
    routeId: route.routeId,
    routeType: route.routeType,
    bucket: route.bucket,
    bucketReason: route.bucketReason,
    primaryChannelId: route.primaryChannelId,
    primaryPriceId: route.primaryPriceId,
    status: rule.status,
    stopReason,
    settledAt,
    upstreamModel: outcome?.step?.upstreamModel ?? null,
    reportedModel: outcome?.facts?.reportedModel ?? null,
    finalChannelId: outcome?.step?.channel.id ?? null,
    priceId: outcome?.step?.price.id ?? null,
    retryCount: counts.retries,
    fallbackCount: counts.fallbacks,
    providerStatus: outcome?.facts?.providerStatus ?? null,
    errorCode: fault?.code ?? null,
    errorMessage: fault?.publicMessage ?? null,
    usage: ending.usage,
    latencyMs: facts.receivedTick === undefined ? null : Math.round(clock.monotonic() - facts.receivedTick),
    timeToFirstTokenMs: firstTokenMs(attempts),
    loweredOutputLimit: loweredLimit(hold),
    recovered: false,
    charge,
    noChargeReason: charge > 0n ? null : (ending.noChargeReason ?? withoutPrice(ending) ?? rule.noChargeReason),
    holdId: hold?.id ?? null,
    holdAmount: hold?.amount ?? null,
  };
}

/** Of what broke off, the policy's own words say that nothing was delivered: where something was, it had no price. */
function withoutPrice({ usage, stopReason }: Ending): string | null {
  return usage.source === 'NONE' || stopReason === 'COMPLETED' ? null : PRICELESS;
}

/** The output limit that was set because the hold covered no more; null: none was lowered. */
export function loweredLimit(hold: Hold | null): number | null {
  return hold?.limitLowered === true ? hold.outputLimit : null;
}

function firstTokenMs(attempts: readonly AttemptRecord[]): number | null {
  return attempts[indexOfLastTry(attempts) ?? -1]?.timeToFirstTokenMs ?? null;
}

/** Further tries on a channel, and moves to another one. Steps that were passed over are neither. */
export function countsOf(attempts: readonly AttemptRecord[]): { retries: number; fallbacks: number } {
  const counts = { retries: 0, fallbacks: 0 };
  for (const attempt of attempts) {
    if (attempt.status === 'SKIPPED') continue;
    if (attempt.retry > 0) counts.retries += 1;
    else if (attempt.index > 0) counts.fallbacks += 1;
  }
  return counts;
}

/** The attempt that bears the charge, when there is one: the last that was not passed over. */
export function indexOfLastTry(attempts: readonly AttemptRecord[]): number | null {
  const index = attempts.findLastIndex((attempt) => attempt.status !== 'SKIPPED');
  return index === -1 ? null : index;
}
