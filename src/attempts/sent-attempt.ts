/** A try that is under way: what it was sent with, and what comes of it. */
import type { Ticket } from '../routing/health/breaker';
import type { SecretInUse } from '../routing/health/secret-ring';
import type { PlanStep } from '../routing/plan-route';
import type { Delivery } from './delivery';
import type { UpstreamExchange } from './upstream';

/** Where a try stands among those of its request, and of its step. */
export interface Place {
  readonly index: number;
  readonly retry: number;
}

export interface SentAttempt {
  readonly step: PlanStep;
  readonly place: Place;
  readonly ticket: Ticket;
  /** The one of several that it was sent with; null: the channel has one alone. */
  readonly secret: SecretInUse | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The same instant on the monotonic clock. */
  readonly startedTick: number;
  readonly exchange: UpstreamExchange;
  readonly delivery: Delivery;
}
