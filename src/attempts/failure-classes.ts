/**
 * What each way to fail means, one table: what is tried next, whether it speaks against the channel, and how a request ends
 * whose last attempt failed so. Whoever sends requests chooses their text: what that alone can bring about is never held
 * against a channel, or one account could close it to all others. What only a broken channel brings about always is.
 */
import type { StopReason } from '../kernel/words';
import type { AttemptFailure, FailureKind } from './upstream';

export type NextMove = 'same' | 'next' | 'stop';

interface FailureClass {
  readonly next: NextMove;
  /** `before`: only while no output had come. `unanswered`: only while the channel never answered for the model. */
  readonly againstChannel: 'always' | 'before' | 'unanswered' | 'never';
  readonly stopReason: StopReason;
  /** The provider does not take our secret, or the account behind it. */
  readonly refusesSecret?: true;
}

const BROKEN = { next: 'same', againstChannel: 'always', stopReason: 'UPSTREAM_ERROR' } as const;
const LATE = { next: 'same', againstChannel: 'always', stopReason: 'UPSTREAM_TIMEOUT' } as const;
const REFUSED = { next: 'next', againstChannel: 'always', stopReason: 'UPSTREAM_ERROR' } as const;
const REJECTED = { next: 'stop', againstChannel: 'never', stopReason: 'REJECTED' } as const;

/** Without a status of the provider, or whatever it was. */
const BY_KIND: Readonly<Record<FailureKind, FailureClass>> = {
  connect_failed: BROKEN,
  connection_lost: BROKEN,
  malformed_answer: BROKEN,
  provider_error: BROKEN,
  // The base URL is wrong, or the client chose an endpoint that the provider does not have; another one may.
  no_endpoint: { next: 'next', againstChannel: 'unanswered', stopReason: 'REJECTED' },
  connect_timeout: LATE,
  first_byte_timeout: LATE,
  idle_timeout: LATE,
  // A slow client lets it run out too.
  total_timeout: { ...LATE, againstChannel: 'before' },
  // Asked for in so many words; another channel may say less.
  answer_too_large: { next: 'next', againstChannel: 'never', stopReason: 'UPSTREAM_ERROR' },
  // The gateway's own doing: a client that left, a deadline, a hold that is used up.
  cut: { next: 'stop', againstChannel: 'never', stopReason: 'UPSTREAM_ERROR' },
};

/** Of requests that took too long to arrive, met another one, or came too early: what another try may change. */
const PASSING = [408, 409, 425];
/** The provider's own rejection in the end. */
const TRANSIENT: FailureClass = { next: 'same', againstChannel: 'never', stopReason: 'REJECTED' };

/** Statuses that are not like others of their hundred. A refusal of our own secret or rate is never the client's fault. */
const BY_STATUS: ReadonlyMap<number, FailureClass> = new Map<number, FailureClass>([
  [401, { ...REFUSED, refusesSecret: true }],
  [402, { ...REFUSED, refusesSecret: true }],
  [403, { ...REFUSED, refusesSecret: true }],
  [407, REFUSED],
  [429, REFUSED],
  // Groq has no room for a tier that the client chose (https://console.groq.com/docs/flex-processing): another provider may.
  [498, { next: 'next', againstChannel: 'never', stopReason: 'REJECTED' }],
  ...PASSING.map((status) => [status, TRANSIENT] as const),
]);

/** By kind and status; the provider's own words decide whether it speaks against the channel, but for what the gateway cut itself. */
export function failureClassOf({ kind, status, atFault }: AttemptFailure): FailureClass {
  if (kind === 'cut' || kind === 'no_endpoint') return BY_KIND[kind];
  const found = status === null ? BY_KIND[kind] : (BY_STATUS.get(status) ?? (status >= 500 ? BROKEN : REJECTED));
  if (atFault === undefined) return found;
  // Neither the request nor the model is a matter of the secret, which serves other models.
  const { next, stopReason } = found;
  return { next, stopReason, againstChannel: atFault === 'channel' ? 'always' : 'never' };
}

/** Whether a provider that refuses with this status may take the same request in a moment. */
export function mayPass(status: number | null): boolean {
  return status !== null && PASSING.includes(status);
}

/** How the request ends. What had `started` is no longer rejected, whatever is said of it then: what was delivered of it is paid for. */
export function stopReasonOf(failure: AttemptFailure, started: boolean): StopReason {
  const { stopReason } = failureClassOf(failure);
  return started && stopReason === 'REJECTED' ? 'UPSTREAM_ERROR' : stopReason;
}

/** Whether a failure speaks against the channel. `started`: output had come before it; `answered`: the channel ever answered for the model. */
export function isFaultOfChannel(failure: AttemptFailure, started: boolean, answered = true): boolean {
  const { againstChannel } = failureClassOf(failure);
  if (againstChannel === 'before') return !started;
  return againstChannel === 'unanswered' ? !answered : againstChannel === 'always';
}

/** The provider says that it has no such model, for the account behind our secret at least. */
export function isModelDenied({ kind, atFault }: AttemptFailure): boolean {
  return kind !== 'cut' && atFault === 'channel';
}
