import type { MadeMemory, Once } from '../kernel/made-once';
import type { ApiKey, KeySecret, SpendLimit, StoredKeyStatus } from './api-key';

/** A key that does not exist yet, with the secret that opens it. */
export interface NewApiKey {
  readonly key: ApiKey;
  readonly secret: KeySecret;
  /** The request that it is made for; left out: one without an idempotency key. */
  readonly once?: Once | null;
}

/** Another secret of a key that there is. */
export interface Rotation {
  readonly secret: KeySecret;
  readonly prefix: string;
  /** When the other secrets end, in milliseconds since 1970. */
  readonly oldValidUntil: number;
  readonly once?: Once | null;
}

/** What a secret opens: the key, and the limits of the project that it belongs to, read in the same instant. */
export interface FoundKey extends KnownKey {
  readonly secret: KeySecret;
}

/** A key that is asked for by its id. */
export interface KnownKey {
  readonly key: ApiKey;
  /** Empty for a key without a project. */
  readonly projectLimits: readonly SpendLimit[];
}

/** The port through which keys are read and changed. Every method is durable when its promise resolves. */
export interface ApiKeyStore extends MadeMemory {
  /** The key that a secret's hash opens, or undefined. */
  findBySecretHash(hash: string): Promise<FoundKey | undefined>;
  /** A key by its id, with the limits of its project. */
  findById(id: string): Promise<KnownKey | undefined>;
  /** An id that there is not is left out. */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, ApiKey>>;
  /** New to old; `accountId` null: of every account. */
  list(accountId: string | null): Promise<ApiKey[]>;
  /** Rejects, and adds nothing, where a key was made for the same request. */
  add(added: NewApiKey): Promise<void>;
  setStatus(id: string, status: StoredKeyStatus): Promise<void>;
  /** Writes what `change` makes of the key as it stands, with nothing in between. @throws Fault `not_found`, `key_revoked` */
  change(id: string, change: (key: ApiKey) => ApiKey): Promise<ApiKey>;
  /** Adds a secret and ends the others. Rejects, and changes nothing, where the same request was carried out before. */
  rotate(rotation: Rotation): Promise<void>;
}
