/** What an attempt that has ended says of its channel, and of the secret that it was sent with. */
import type { Ticket } from '../routing/health/breaker';
import type { ChannelHealth } from '../routing/health/channel-health';
import type { SecretInUse } from '../routing/health/secret-ring';
import type { PlanStep } from '../routing/plan-route';
import { failureClassOf, isFaultOfChannel, isModelDenied } from './failure-classes';
import type { AttemptFailure, UpstreamResult } from './upstream';

/** With what an attempt was sent. */
export interface SentWith {
  readonly ticket: Ticket;
  /** null: the channel has one secret. */
  readonly secret: SecretInUse | null;
}

/** True: the provider refused the secret alone, and another one of the channel is ready to be tried in its place. */
export function noteHealth(
  health: ChannelHealth,
  { channel, upstreamModel }: PlanStep,
  { ticket, secret }: SentWith,
  result: UpstreamResult,
  started: boolean,
  latencyMs: number,
): boolean {
  if (result.ok) {
    health.succeeded(channel, upstreamModel, ticket, latencyMs, result.facts.firstByteMs);
    if (secret !== null) health.secretSucceeded(channel, secret.print, latencyMs);
    return false;
  }
  const { failure } = result;
  const { status, resetMs } = failure;
  if (secret !== null && !started && mayUseAnother(health, { channel, upstreamModel }, secret, failure)) {
    health.abandoned(channel, upstreamModel, ticket);
    return true;
  }
  const answered = health.answered(channel, upstreamModel);
  if (!isFaultOfChannel(failure, started, answered)) health.abandoned(channel, upstreamModel, ticket);
  else if (status === 429 && resetMs !== undefined) {
    // Of a channel with several secrets each one rests by itself.
    if (secret === null) health.limited(channel, upstreamModel, ticket, resetMs);
    else health.abandoned(channel, upstreamModel, ticket);
  } else health.failed(channel, upstreamModel, ticket, wordsOf(failure));
  return false;
}

function mayUseAnother(
  health: ChannelHealth,
  { channel, upstreamModel }: Pick<PlanStep, 'channel' | 'upstreamModel'>,
  secret: SecretInUse,
  failure: AttemptFailure,
): boolean {
  if (failureClassOf(failure).refusesSecret === true)
    return health.secretRefused(channel, upstreamModel, secret, `the provider refused it with ${wordsOf(failure)}`);
  if (isModelDenied(failure))
    return health.secretDenied(channel, upstreamModel, secret, `the provider denied it the model with ${wordsOf(failure)}`);
  if (failure.status === 429 && isFaultOfChannel(failure, false))
    return health.secretLimited(channel, upstreamModel, secret, failure.resetMs ?? null);
  return false;
}

function wordsOf({ kind, status }: AttemptFailure): string {
  return status === null ? kind.replaceAll('_', ' ') : `HTTP ${status}`;
}
