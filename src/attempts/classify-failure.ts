/** What follows a failed attempt: another try on the same channel, the next channel, or the end. Pure. */
import type { StopReason } from '../kernel/words';
import type { AttemptFailure, FailureKind } from './upstream';

export type NextMove = 'same' | 'next' | 'stop';

/** A refusal of our own secret or our own rate is the channel's fault, never the client's. */
const CHANNEL_AT_FAULT: ReadonlySet<number> = new Set([401, 402, 403, 407, 429]);
/** Answers of 400 to 499 that a second try may change. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 409, 425]);
const TIMEOUTS: ReadonlySet<FailureKind> = new Set(['connect_timeout', 'first_byte_timeout', 'idle_timeout', 'total_timeout']);

/** `cut` and a rejection of the request itself end it; what another channel may do better does not. */
export function classifyFailure(failure: AttemptFailure): NextMove {
  const { status } = failure;
  if (failure.kind === 'cut') return 'stop';
  if (status === null) return failure.kind === 'answer_too_large' ? 'next' : 'same';
  if (status >= 500 || TRANSIENT.has(status)) return 'same';
  if (CHANNEL_AT_FAULT.has(status)) return 'next';
  return 'stop';
}

/**
 * Whether a failure speaks against the channel. A rejection of the request, a client that left and an answer that is too
 * large do not; nor does a total time that ran out after output had come, because a slow client lets it run out too.
 */
export function isFaultOfChannel(failure: AttemptFailure, started: boolean): boolean {
  const { status, kind } = failure;
  if (kind === 'cut' || kind === 'answer_too_large' || (kind === 'total_timeout' && started)) return false;
  return status === null || status >= 500 || CHANNEL_AT_FAULT.has(status);
}

/** The provider does not take our secret, or the account behind it. */
export function isSecretRefused({ status }: AttemptFailure): boolean {
  return status === 401 || status === 402 || status === 403;
}

/** The stop reason of a request whose last attempt ended in this failure. */
export function stopReasonOf(failure: AttemptFailure): StopReason {
  if (TIMEOUTS.has(failure.kind)) return 'UPSTREAM_TIMEOUT';
  const { status } = failure;
  if (status === null) return 'UPSTREAM_ERROR';
  return TRANSIENT.has(status) || classifyFailure(failure) === 'stop' ? 'REJECTED' : 'UPSTREAM_ERROR';
}
