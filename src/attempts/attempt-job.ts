/** What the attempts of a request are made from: what is to be done, and with what. */
import type { Clock } from '../kernel/clock';
import type { Interrupted } from '../kernel/interrupt';
import type { StopReason } from '../kernel/words';
import type { TokenCounter } from '../metering/token-counter';
import type { CatalogStore } from '../routing/catalog-store';
import type { ChannelHealth } from '../routing/health/channel-health';
import type { Plan } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { AttemptFollower } from './attempt-follower';
import type { AttemptLimits, Standing } from './attempt-limits';
import type { StreamSink } from './delivery';
import type { UpstreamCall, Upstreams } from './upstream';

/** What ends a request from outside. */
export type Interruption = Extract<StopReason, 'CLIENT_GONE' | 'GATEWAY_STOPPED'>;

export interface AttemptMeans extends Standing {
  readonly upstreams: Upstreams;
  readonly counter: TokenCounter;
  readonly clock: Clock;
  readonly health: ChannelHealth;
  readonly catalog: Pick<CatalogStore, 'current'>;
}

export interface AttemptJob extends Omit<UpstreamCall, 'channel' | 'upstreamModel'> {
  readonly plan: Plan;
  /** Attempts of this request before this plan. */
  readonly attemptsBefore: readonly AttemptRecord[];
  /** null: the plan alone says how often and how long is tried. */
  readonly limits: AttemptLimits | null;
  /** null: nobody follows what is delivered. */
  readonly follower: AttemptFollower | null;
  /** Where the answer goes. */
  readonly sink: StreamSink;
  /** Says when the request must end early. */
  readonly signal: Interrupted<Interruption>;
}
