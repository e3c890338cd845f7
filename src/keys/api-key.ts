/** An API key: the settlement boundary. It names the account that pays, the project, and what it may reach. */

import type { Nano } from '../kernel/money';
import type { Bucket, RoutePolicy, SpendWindow } from '../kernel/words';
import type { KeyPolicies } from './key-policies';

/** The most that may be spent and held of a bucket within a window. */
export interface SpendLimit {
  readonly bucket: Bucket;
  readonly window: SpendWindow;
  readonly amount: Nano;
}

/** null: there is no such limit. */
export interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrency: number | null;
}

export const NO_RATES: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };

export interface KeyLimits extends RateLimits {
  readonly spend: readonly SpendLimit[];
}

/** What the owner set; `EXPIRED` is never stored but derived from the clock. */
export type StoredKeyStatus = 'ACTIVE' | 'PAUSED' | 'REVOKED';
export type KeyStatus = StoredKeyStatus | 'EXPIRED';

export interface ApiKey {
  readonly id: string;
  readonly accountId: string;
  /** The operator suspended the account: none of its keys may call. Read with the key, and never written with it. */
  readonly accountSuspended: boolean;
  /** What the operator allows all keys of the account together. Read with the key, and never written with it. */
  readonly accountRates: RateLimits;
  readonly projectId: string | null;
  readonly name: string;
  /** The public part of the secret, safe to show. */
  readonly prefix: string;
  readonly status: StoredKeyStatus;
  readonly routePolicy: RoutePolicy;
  readonly crossBucketFallback: boolean;
  /** null: every model that the route policy reaches. */
  readonly allowedModels: readonly string[] | null;
  readonly limits: KeyLimits;
  readonly policies: KeyPolicies;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** A secret that opens a key: its hash, and until when (rotation keeps the old one for a while). */
export interface KeySecret {
  readonly hash: string;
  readonly keyId: string;
  readonly validUntil: number | null;
}

/** EXPIRED takes the place of ACTIVE alone: a key that was paused or revoked stays so. */
export function keyStatus(key: ApiKey, now: number): KeyStatus {
  if (key.status === 'ACTIVE' && key.expiresAt !== null && key.expiresAt <= now) return 'EXPIRED';
  return key.status;
}

const PREFIX_SHOWN = 12;
const PREFIX_SHOWN_SHORT = 8;
const LONG_SECRET = 32;

/** The part of a secret that may be shown: twelve characters of a long one, eight of a short one. */
export function publicPrefix(secret: string): string {
  return `${secret.slice(0, secret.length >= LONG_SECRET ? PREFIX_SHOWN : PREFIX_SHOWN_SHORT)}…`;
}
