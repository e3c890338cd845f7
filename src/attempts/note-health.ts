/** What an attempt that has ended says of its channel, and of the secret that it was sent with. */
import type { ChannelHealth } from '../routing/health/channel-health';
import type { SecretInUse } from '../routing/health/secret-ring';
import type { PlanStep } from '../routing/plan-route';
import { failureClassOf, isFaultOfChannel, isModelDenied } from './failure-classes';
import type { SentAttempt } from './sent-attempt';
import type { AttemptFailure, UpstreamResult } from './upstream';

/** True: the provider refused the secret alone, and another one of the channel is ready to be tried in its place. */
export function noteHealth(health: ChannelHealth, sent: SentAttempt, result: UpstreamResult, latencyMs: number): boolean {
  const { step, ticket, secret } = sent;
  if (result.ok) {
    health.succeeded(step, ticket, latencyMs, result.facts.firstByteMs);
    if (secret !== null) health.secretSucceeded(step, secret, latencyMs);
    return false;
  }
  const { failure } = result;
  const { status, resetMs } = failure;
  const { started } = sent.delivery;
  if (secret !== null && !started && mayUseAnother(health, step, secret, failure)) {
    health.abandoned(step, ticket);
    return true;
  }
  if (!isFaultOfChannel(failure, started, health.answered(step))) health.abandoned(step, ticket);
  else if (status === 429 && resetMs !== undefined) {
    // Of a channel with several secrets each one rests by itself.
    if (secret === null) health.limited(step, ticket, resetMs);
    else health.abandoned(step, ticket);
  } else health.failed(step, ticket, wordsOf(failure));
  return false;
}

function mayUseAnother(health: ChannelHealth, step: PlanStep, secret: SecretInUse, failure: AttemptFailure): boolean {
  if (failureClassOf(failure).refusesSecret === true)
    return health.secretRefused(step, secret, `the provider refused it with ${wordsOf(failure)}`);
  if (isModelDenied(failure)) return health.secretDenied(step, secret, `the provider denied it the model with ${wordsOf(failure)}`);
  if (failure.status === 429 && isFaultOfChannel(failure, false)) return health.secretLimited(step, secret, failure.resetMs ?? null);
  return false;
}

function wordsOf({ kind, status }: AttemptFailure): string {
  return status === null ? kind.replaceAll('_', ' ') : `HTTP ${status}`;
}
