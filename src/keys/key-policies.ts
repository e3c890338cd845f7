/** What a key asks of the requests that it makes, beside its limits: how long, how often, how dear, under which names, and from where. */
import type { Nano } from '../kernel/money';
import { HOUR_MS } from '../kernel/times';
import type { Bucket } from '../kernel/words';

/** The most that one million tokens may cost, as the price list names it; null: any price. In the currency of the bucket. */
export interface PriceCeiling {
  readonly bucket: Bucket;
  readonly input: Nano | null;
  readonly output: Nano | null;
}

/** The most that may be held for one request, and so the most that it can cost. */
export interface ChargeCeiling {
  readonly bucket: Bucket;
  readonly amount: Nano;
}

/** The model of the catalog that is meant when a request of the key names `alias`. */
export interface ModelAlias {
  readonly alias: string;
  readonly model: string;
}

export interface KeyPolicies {
  /** Tries of one request, over all its channels and both balances; null: as many as the routes have. */
  readonly maxAttempts: number | null;
  /** From receiving a request to the last byte of its answer; null: as long as the channels allow. */
  readonly deadlineMs: number | null;
  /** At most one for each bucket. */
  readonly maxPrice: readonly PriceCeiling[];
  /** At most one for each bucket. */
  readonly maxCharge: readonly ChargeCeiling[];
  /** Each alias once; no target is an alias of the same key. */
  readonly modelAliases: readonly ModelAlias[];
  /** Ranges, as `kernel/addresses` reads them. Empty: from anywhere. */
  readonly allowedAddresses: readonly string[];
}

export const NO_POLICIES: KeyPolicies = {
  maxAttempts: null,
  deadlineMs: null,
  maxPrice: [],
  maxCharge: [],
  modelAliases: [],
  allowedAddresses: [],
};

export const ATTEMPTS_MAX = 100;
export const DEADLINE_MIN_MS = 100;
export const DEADLINE_MAX_MS = HOUR_MS;
export const ALIASES_MAX = 200;
export const ADDRESSES_MAX = 100;
/** What a model may be called, by its id or by an alias. */
export const MODEL_NAME = {
  pattern: /^[A-Za-z0-9._:/@+-]{1,200}$/,
  wanted: 'must have 1 to 200 characters of letters, digits and . _ : / @ + -',
};
