/** What an account wants to be told of, what it was told, and how that reached it. */
import type { Bucket, RouteType, SpendWindow } from '../kernel/words';

export const ALERT_METRICS = ['BALANCE', 'SPEND', 'TOKENS', 'FAILURE_RATE', 'RETRY_RATE', 'FALLBACK_RATE', 'SLOW_RATE'] as const;
/**
 * BALANCE: what a bucket has left falls below the threshold. SPEND: what was charged to a bucket in a window of the calendar
 * reaches it. TOKENS: those of input and output in such a window, whoever paid, reach it. The rates: the share of the requests of the last
 * hour that failed through no fault of who sent them, that were tried again on a channel, that moved to a backup, or that took too long,
 * reaches it; what the gateway refused is none of these requests.
 */
export type AlertMetric = (typeof ALERT_METRICS)[number];

export interface AlertRule {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly metric: AlertMetric;
  /** Set for BALANCE and SPEND. */
  readonly bucket: Bucket | null;
  /** One of these at most, and none for BALANCE: which requests are looked at. */
  readonly apiKeyId: string | null;
  readonly projectId: string | null;
  readonly routeType: RouteType | null;
  /** As requests name it. */
  readonly model: string | null;
  /** Set for SPEND and TOKENS. */
  readonly window: SpendWindow | null;
  /** In units of 10⁻⁹: an amount, a number of tokens, or a share of one. */
  readonly threshold: bigint;
  /** Set for the rates: fewer requests than this say nothing. */
  readonly minimumRequests: number | null;
  /** Set for SLOW_RATE: a request that took longer, from its arrival to its end, was slow. */
  readonly slowerThanMs: number | null;
  readonly emails: readonly string[];
  readonly enabled: boolean;
  /** What it has raised an alert for and is still true of, or which windows it tells nothing more of; null: it is quiet, or begins anew. */
  readonly episode: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** One time that a rule came true. */
export interface Alert {
  readonly id: string;
  /** Grows by one with every alert of the installation, in the order in which they were committed. */
  readonly seq: bigint;
  readonly ruleId: string;
  readonly accountId: string;
  readonly metric: AlertMetric;
  /** What happened, in words and numbers. */
  readonly message: string;
  readonly value: bigint;
  readonly threshold: bigint;
  /** What it can be looked into from: the newest receipt or ledger entry that took part in it. */
  readonly receiptId: string | null;
  readonly ledgerEntryId: string | null;
  /** Milliseconds since 1970. */
  readonly raisedAt: number;
}

/** Where an account has its alerts sent, each with a signature. */
export interface Webhook {
  readonly id: string;
  readonly accountId: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A webhook with what signs what is sent there. */
export interface SigningWebhook {
  readonly webhook: Webhook;
  readonly secret: string;
  /** The secret before, which signs beside it until then, in milliseconds since 1970; left out: none does. */
  readonly former?: { readonly secret: string; readonly until: number };
}

export const DELIVERY_MEANS = ['WEBHOOK', 'EMAIL'] as const;
export type DeliveryMeans = (typeof DELIVERY_MEANS)[number];

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
/** FAILED: every try was used up, or there is nowhere to send it any more. */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What the last try of a delivery came to, where its webhook was deleted before the next one. */
export const WEBHOOK_DELETED = 'The webhook was deleted.';

/** One alert on its way to one place. */
export interface AlertDelivery {
  /** The same for every try, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly alertId: string;
  readonly means: DeliveryMeans;
  /** The id of the webhook, or the address of the e-mail. */
  readonly target: string;
  readonly state: DeliveryState;
  readonly tries: number;
  /** Milliseconds since 1970. */
  readonly nextTryAt: number;
  /** What the last try came to: a status, or what went wrong; null before the first one. */
  readonly lastResult: string | null;
  readonly deliveredAt: number | null;
}
