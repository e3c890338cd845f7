/** The rows that tries on channels leave, and steps that were passed over. */
import { costOf } from '../metering/cost';
import { NO_USAGE } from '../metering/usage';
import type { SecretInUse } from '../routing/health/secret-ring';
import type { PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { Obstacle } from './obstacle';
import type { SentAttempt } from './sent-attempt';
import type { AttemptFailure, UpstreamResult } from './upstream';

/** How an attempt ends whose gateway died. */
export const STOPPED_MIDWAY: AttemptFailure = {
  kind: 'cut',
  status: null,
  message: 'The gateway stopped before the answer ended.',
  code: 'gateway_crashed',
  type: null,
};

/** The row of a try that has ended so. */
export function recordOf({ step, place, secret, startedAt }: SentAttempt, result: UpstreamResult, latencyMs: number): AttemptRecord {
  const { facts } = result;
  const failure = result.ok ? null : result.failure;
  return {
    index: place.index,
    channelId: step.channel.id,
    protocol: step.channel.protocol,
    role: step.role,
    retry: place.retry,
    status: failure === null ? 'SUCCEEDED' : failure.kind === 'cut' ? 'CANCELLED' : 'FAILED',
    upstreamModel: step.upstreamModel,
    upstreamRequestId: facts.upstreamRequestId,
    providerStatus: facts.providerStatus,
    errorCode: failure === null ? null : (failure.code ?? failure.kind),
    errorMessage: failure === null ? null : messageOf(failure, secret),
    usage: facts.usage ?? NO_USAGE,
    startedAt,
    latencyMs,
    timeToFirstTokenMs: facts.firstByteMs === null ? null : Math.round(facts.firstByteMs),
    cost: costOf(facts.usage ?? NO_USAGE, step.cost),
  };
}

/** The record of a step that was passed over, with the reason. */
export function passedOver(step: PlanStep, index: number, obstacle: Obstacle, now: number): AttemptRecord {
  return {
    index,
    channelId: step.channel.id,
    protocol: step.channel.protocol,
    role: step.role,
    retry: 0,
    status: 'SKIPPED',
    upstreamModel: step.upstreamModel,
    upstreamRequestId: null,
    providerStatus: null,
    errorCode: obstacle.code,
    errorMessage: obstacle.message,
    usage: NO_USAGE,
    startedAt: now,
    latencyMs: null,
    timeToFirstTokenMs: null,
    cost: null,
  };
}

/** Which of several secrets it was, by its place in the catalog. */
function messageOf({ message }: AttemptFailure, secret: SecretInUse | null): string {
  return secret === null ? message : `With secret ${secret.ordinal} of ${secret.of}: ${message}`;
}
