import type { ApiKey, KeySecret, StoredKeyStatus } from './api-key';

/** A key that does not exist yet, with the secret that opens it. */
export interface NewApiKey {
  readonly key: ApiKey;
  readonly secret: KeySecret;
}

/** The port through which keys are read and changed. Every method is durable when its promise resolves. */
export interface ApiKeyStore {
  /** The key that a secret's hash opens, or undefined. */
  findBySecretHash(hash: string): Promise<{ readonly key: ApiKey; readonly secret: KeySecret } | undefined>;
  find(ids: readonly string[]): Promise<ReadonlyMap<string, ApiKey>>;
  /** New to old; `accountId` null: of every account. */
  list(accountId: string | null): Promise<ApiKey[]>;
  add(added: NewApiKey): Promise<void>;
  setStatus(id: string, status: StoredKeyStatus): Promise<void>;
  /** Adds a secret and ends the others at `oldValidUntil`. */
  rotate(secret: KeySecret, prefix: string, oldValidUntil: number): Promise<void>;
}
