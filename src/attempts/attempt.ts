/** What happened on one step of a plan: one row for each try, and one for each step that was passed over. */
import type { Nano } from '../kernel/money';
import type { AttemptStatus, ChannelRole, Currency } from '../kernel/words';
import type { Usage } from '../metering/usage';
import type { Protocol } from '../routing/catalog';

export interface AttemptCost {
  readonly amount: Nano;
  readonly currency: Currency;
}

export interface AttemptRecord {
  /** From zero, over the whole request. */
  readonly index: number;
  readonly channelId: string;
  /** The wire format that the channel spoke then. null, or left out of what an earlier build kept: it is not known. */
  readonly protocol?: Protocol | null;
  readonly role: ChannelRole;
  /** 0 for the first try on a channel. */
  readonly retry: number;
  readonly status: AttemptStatus;
  readonly upstreamModel: string;
  /** The provider's own id of the call, where it sent one. */
  readonly upstreamRequestId: string | null;
  /** HTTP status of the provider; null when no answer came or nothing was sent. */
  readonly providerStatus: number | null;
  /** A name from `FailureKind`, or the provider's own error code. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly usage: Usage;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  /** What the channel charges the operator for it; null where the catalog names no cost for the channel, or nothing was used. */
  readonly cost: AttemptCost | null;
}
