/** The port for usage: what requests used, by time and by what they have in common. */
import type { FaultCode } from '../kernel/fault-codes';
import type { Nano } from '../kernel/money';
import type { Bucket, RouteType, StopReason } from '../kernel/words';
import type { Scope } from './ledger-reader';

export const USAGE_INTERVALS = ['HOUR', 'DAY', 'MONTH'] as const;
/** Of the calendar in UTC. */
export type UsageInterval = (typeof USAGE_INTERVALS)[number];

export const USAGE_GROUPS = ['MODEL', 'API_KEY', 'PROJECT', 'ROUTE_TYPE', 'CHANNEL'] as const;
/** MODEL: as the client named it. CHANNEL: that of the last try. */
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export interface UsageQuestion {
  readonly scope: Scope;
  /** Requests received from this instant on, in milliseconds since 1970. */
  readonly from: number;
  /** Requests received before this instant. */
  readonly to: number;
  readonly interval: UsageInterval;
  readonly groupBy: UsageGroup;
}

/** Whose requests: of the scope, and of these where they are named. */
interface SelectedRequests extends Pick<UsageQuestion, 'scope' | 'from' | 'to'> {
  readonly projectId: string | null;
  readonly routeType: RouteType | null;
  /** As the client named it. */
  readonly model: string | null;
}

/**
 * What is counted of requests. FAILED: those that no channel could answer, or that the gateway did not bring to their end. RETRIED: those
 * that a channel was asked for once more. MOVED: those that went on to another channel. SLOW: those that took longer than some time.
 */
export type Outcome = { readonly kind: 'FAILED' | 'RETRIED' | 'MOVED' } | { readonly kind: 'SLOW'; readonly thanMs: number };

export interface OutcomeQuestion extends SelectedRequests {
  readonly outcome: Outcome;
}

export interface UseQuestion extends SelectedRequests {
  /** null: of both. */
  readonly bucket: Bucket | null;
}

/** What requests used in all. */
export interface Use {
  /** Refunds are not taken off. Of one bucket: two currencies do not add up. */
  readonly charge: Nano;
  /** Of input and output. */
  readonly tokens: bigint;
}

/** What requests came to. What the gateway refused, and so sent nowhere, is none of them: it says nothing of what answers. */
export interface Outcomes {
  readonly requests: number;
  /** Those that the question is about, each once. */
  readonly counted: number;
  /** The receipt of the newest of these; null: there is none. */
  readonly last: string | null;
}

/**
 * How a request ends that failed through no fault of who sent it. The provider's rejection of what was asked, a limit or a
 * balance that was used up, and a client that left are the client's; a model that the provider does not have is not (`LACKS_MODEL`).
 */
export const FAILURES: readonly StopReason[] = ['UPSTREAM_ERROR', 'UPSTREAM_TIMEOUT', 'NO_CHANNEL', 'GATEWAY_CRASH', 'GATEWAY_STOPPED'];

/** Of a receipt that was rejected for the name of the model, which is the catalog's. */
export const LACKS_MODEL: FaultCode = 'upstream_lacks_model';

/** The requests of one interval, group and bucket. */
export interface UsagePoint {
  /** When the interval begins, in milliseconds since 1970. */
  readonly start: number;
  /** Empty where requests have none: a key without a project, or a request that was never sent. */
  readonly group: string;
  readonly bucket: Bucket;
  readonly requests: number;
  /** Those whose status is FAILED. */
  readonly failed: number;
  /** Moves to another channel. */
  readonly fallbacks: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Refunds are not taken off. */
  readonly charge: Nano;
}

export interface UsageReports {
  /**
   * The requests that have ended and that one of the two balances was chosen for, each in the interval in which it was
   * received. Equal to the sums over their receipts at the moment of reading, to the nano. By start, group and bucket.
   * @throws Fault `invalid_request` when there are more points than one answer may have
   */
  usage(question: UsageQuestion): Promise<readonly UsagePoint[]>;
  /** In all, over any time. */
  used(question: UseQuestion): Promise<Use>;
  /** Read one by one: for a short time alone. */
  outcomes(question: OutcomeQuestion): Promise<Outcomes>;
}
