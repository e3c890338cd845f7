/** What follows a failed attempt: another try on the same channel, the next channel, or the end. Pure. */
import type { StopReason } from '../kernel/words';
import { failureClassOf, type NextMove } from './failure-classes';
import type { AttemptFailure } from './upstream';

/** `cut` and a rejection of the request itself end it; what another channel may do better does not. */
export function classifyFailure(failure: AttemptFailure): NextMove {
  return failureClassOf(failure).next;
}

/** Whether a failure speaks against the channel. `started`: output had come before it. */
export function isFaultOfChannel(failure: AttemptFailure, started: boolean): boolean {
  const { againstChannel } = failureClassOf(failure);
  return againstChannel === 'always' || (againstChannel === 'before' && !started);
}

/** The provider does not take our secret, or the account behind it. */
export function isSecretRefused(failure: AttemptFailure): boolean {
  return failureClassOf(failure).refusesSecret === true;
}

/** The stop reason of a request whose last attempt ended in this failure. */
export function stopReasonOf(failure: AttemptFailure): StopReason {
  return failureClassOf(failure).stopReason;
}
