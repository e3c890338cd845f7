/**
 * The story of one request, as it is written when the request ends. Everything here is a fact of that moment; what can
 * be computed from facts (lines, the cost of a fallback, the next step) is computed on reading.
 */
import type { AttemptRecord } from '../attempts/attempt';
import type { Nano } from '../kernel/money';
import type { Bucket, HoldState, RequestStatus, RouteType, StopReason } from '../kernel/words';
import type { Usage } from '../metering/usage';

/** Who asked for what: known before anything is held. */
export interface RequestFacts {
  /** The request id: `x-request-id`, and the id of the receipt. */
  readonly requestId: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly projectId: string | null;
  readonly runId: string | null;
  /** The path: `/v1/chat/completions`. */
  readonly endpoint: string;
  readonly stream: boolean;
  /** null when the body could not be read. */
  readonly requestedModel: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The same instant on the monotonic clock of the process that serves the request. Not stored, so left out of what is read. */
  readonly receivedTick?: number;
}

/** What planning decided; null fields belong to requests that were refused before a route was found. */
export interface RouteFacts {
  readonly routeId: string | null;
  readonly routeType: RouteType | null;
  readonly bucket: Bucket | null;
  readonly bucketReason: string | null;
  readonly primaryChannelId: string | null;
  readonly primaryPriceId: string | null;
}

/** How it ended. */
export interface EndFacts {
  readonly status: Exclude<RequestStatus, 'IN_FLIGHT'>;
  readonly stopReason: StopReason;
  /** Milliseconds since 1970. */
  readonly settledAt: number;
  readonly upstreamModel: string | null;
  readonly reportedModel: string | null;
  readonly finalChannelId: string | null;
  /** The price version that the charge was made with. */
  readonly priceId: string | null;
  readonly retryCount: number;
  readonly fallbackCount: number;
  readonly providerStatus: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly usage: Usage;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  /** The output limit that was set because the balance covered no more; null when nothing was lowered. */
  readonly loweredOutputLimit: number | null;
  /** The gateway that served it died, and another one ended it at what was certain. */
  readonly recovered: boolean;
  readonly charge: Nano;
  /** Set when the charge is zero. */
  readonly noChargeReason: string | null;
}

export type ReceiptRecord = RequestFacts &
  RouteFacts &
  EndFacts & {
    readonly holdId: string | null;
    readonly holdAmount: Nano | null;
  };

export interface HoldRecord {
  readonly id: string;
  readonly amount: Nano;
  readonly state: HoldState;
  /** Milliseconds since 1970, as the two below. */
  readonly placedAt: number;
  readonly expiresAt: number;
  readonly resolvedAt: number | null;
}

/** A receipt that can be read: settled, or still in flight with what is known so far. */
export type ReadableReceipt =
  | { readonly inFlight: false; readonly record: ReceiptRecord; readonly hold: HoldRecord | null }
  | { readonly inFlight: true; readonly record: RequestFacts & RouteFacts; readonly hold: HoldRecord };

export type AttemptOfReceipt = AttemptRecord & { readonly receiptId: string; readonly charge: Nano };
