/** The closed vocabularies of the product, with the spelling of the graph. One list for code, database and schema. */

export const ROUTE_TYPES = ['ORDINARY', 'OFFICIAL'] as const;
/** Which product surface a route belongs to. It alone decides the bucket. */
export type RouteType = (typeof ROUTE_TYPES)[number];

export const BUCKETS = ['RMB', 'CREDIT'] as const;
/** The two balances of an account. They never mix. */
export type Bucket = (typeof BUCKETS)[number];

export const CURRENCIES = ['CNY', 'USD'] as const;
export type Currency = (typeof CURRENCIES)[number];

export const ROUTE_POLICIES = ['ORDINARY_ONLY', 'OFFICIAL_ONLY', 'ORDINARY_FIRST', 'OFFICIAL_FIRST'] as const;
/** What a key does when a model has routes of both types. */
export type RoutePolicy = (typeof ROUTE_POLICIES)[number];

/** The types of routes that a policy reaches, in the order in which it prefers them. */
export const TYPES_OF_POLICY: Readonly<Record<RoutePolicy, readonly RouteType[]>> = {
  ORDINARY_ONLY: ['ORDINARY'],
  OFFICIAL_ONLY: ['OFFICIAL'],
  ORDINARY_FIRST: ['ORDINARY', 'OFFICIAL'],
  OFFICIAL_FIRST: ['OFFICIAL', 'ORDINARY'],
};

export const STOP_REASONS = [
  'COMPLETED',
  'CLIENT_GONE',
  'UPSTREAM_ERROR',
  'UPSTREAM_TIMEOUT',
  'REJECTED',
  'REFUSED',
  'NO_CHANNEL',
  'BUDGET',
  'GATEWAY_CRASH',
  'GATEWAY_STOPPED',
] as const;
/** Why an answer ended. Each reason has one charging policy: `gateway/ending/stop-reasons.ts`. */
export type StopReason = (typeof STOP_REASONS)[number];

export const REQUEST_STATUSES = ['IN_FLIGHT', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'ABANDONED'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

export const ATTEMPT_STATUSES = ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED'] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

export const CHANNEL_ROLES = ['PRIMARY', 'BACKUP'] as const;
export type ChannelRole = (typeof CHANNEL_ROLES)[number];

export const USAGE_SOURCES = ['PROVIDER', 'COUNTED', 'FLOOR', 'NONE'] as const;
/** Where token counts came from: the provider, a count made here, the least that is certain after a break, or nothing was used. */
export type UsageSource = (typeof USAGE_SOURCES)[number];

export const HOLD_STATES = ['OPEN', 'SETTLED', 'RELEASED', 'EXPIRED'] as const;
/** No hold is ever EXPIRED, which is a word of the graph: recovery settles or releases what a dead process held. */
export type HoldState = (typeof HOLD_STATES)[number];

export const ENTRY_KINDS = ['TOP_UP', 'REDEMPTION', 'CHARGE', 'REFUND', 'ADJUSTMENT'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const SPEND_WINDOWS = ['DAY', 'WEEK', 'MONTH', 'LIFETIME'] as const;
/** Each begins at a midnight, UTC: counters of spend are named and summed by the day. */
export type SpendWindow = (typeof SPEND_WINDOWS)[number];

export const RUN_KINDS = ['AGENT', 'RESEARCH'] as const;
/** Whose work a run is: that of any agent, or of the research that ships with the gateway. */
export type RunKind = (typeof RUN_KINDS)[number];

export const RUN_STATUSES = ['QUEUED', 'RUNNING', 'PAUSED', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const RESEARCH_MODES = ['QUICK', 'STANDARD', 'DEEP'] as const;
/** How much a research run looks at, and so how much it costs. */
export type ResearchMode = (typeof RESEARCH_MODES)[number];

export const SECTION_STATUSES = ['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'SKIPPED'] as const;
/** How a section of a research run stands. RETRYING: a try failed, and another one follows. SKIPPED: one that it needs has failed. */
export type SectionStatus = (typeof SECTION_STATUSES)[number];

const BUCKET_OF: Readonly<Record<RouteType, Bucket>> = { ORDINARY: 'RMB', OFFICIAL: 'CREDIT' };
const ROUTE_TYPE_OF: Readonly<Record<Bucket, RouteType>> = { RMB: 'ORDINARY', CREDIT: 'OFFICIAL' };
const CURRENCY_OF: Readonly<Record<Bucket, Currency>> = { RMB: 'CNY', CREDIT: 'USD' };

/** ORDINARY pays from RMB, OFFICIAL from CREDIT. There is no other way to reach a bucket. */
export function bucketOf(type: RouteType): Bucket {
  return BUCKET_OF[type];
}

/** The one type of routes that a bucket pays for. */
export function routeTypeOf(bucket: Bucket): RouteType {
  return ROUTE_TYPE_OF[bucket];
}

export function currencyOf(bucket: Bucket): Currency {
  return CURRENCY_OF[bucket];
}
