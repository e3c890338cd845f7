/** Keys, accounts and settings in memory, with the rules of the real stores: for tests of what calls them. */

import type { MadeBefore } from '../../src/kernel/made-once';
import { hashSecret } from '../../src/kernel/secret';
import type { Account, AccountStore, BesideOthers, NewAccount, Project, ProjectChanges, SettingStore } from '../../src/keys/account-store';
import { type ApiKey, type KeySecret, NO_RATES, type RateLimits, type SpendLimit, type StoredKeyStatus } from '../../src/keys/api-key';
import type { ApiKeyStore, NewApiKey, Rotation } from '../../src/keys/api-key-store';

export class MemoryKeyStore implements ApiKeyStore {
  readonly keys = new Map<string, ApiKey>();
  readonly secrets = new Map<string, KeySecret>();
  readonly made = new Map<string, MadeBefore>();
  readonly projectLimits = new Map<string, readonly SpendLimit[]>();

  put(key: ApiKey, secret: string): void {
    this.keys.set(key.id, key);
    const hash = hashSecret(secret);
    this.secrets.set(hash, { hash, keyId: key.id, validUntil: null });
  }

  async findBySecretHash(hash: string) {
    const secret = this.secrets.get(hash);
    const key = secret === undefined ? undefined : this.keys.get(secret.keyId);
    return secret === undefined || key === undefined
      ? undefined
      : { key, secret, projectLimits: this.projectLimits.get(key.projectId ?? '') ?? [] };
  }

  async findById(id: string) {
    const key = this.keys.get(id);
    return key === undefined ? undefined : { key, projectLimits: this.projectLimits.get(key.projectId ?? '') ?? [] };
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, ApiKey>> {
    return someOf(this.keys, ids);
  }

  async list(accountId: string | null): Promise<ApiKey[]> {
    const keys = [...this.keys.values()].filter((key) => accountId === null || key.accountId === accountId);
    return keys.sort((a, b) => b.createdAt - a.createdAt);
  }

  async add({ key, secret, once = null }: NewApiKey): Promise<void> {
    if (once !== null && this.made.has(once.key)) throw new Error('it was made before');
    if (once !== null) this.made.set(once.key, { made: key.id, contentHash: once.contentHash });
    this.keys.set(key.id, key);
    this.secrets.set(secret.hash, secret);
  }

  async madeBefore(requestKey: string): Promise<MadeBefore | undefined> {
    return this.made.get(requestKey);
  }

  async setStatus(id: string, status: StoredKeyStatus): Promise<void> {
    this.set(id, { status });
  }

  async rotate({ secret, prefix, oldValidUntil, once = null }: Rotation): Promise<void> {
    if (once !== null) this.made.set(once.key, { made: secret.keyId, contentHash: once.contentHash });
    for (const old of this.secrets.values()) {
      const ends = Math.min(old.validUntil ?? oldValidUntil, oldValidUntil);
      if (old.keyId === secret.keyId) this.secrets.set(old.hash, { ...old, validUntil: ends });
    }
    this.secrets.set(secret.hash, secret);
    this.set(secret.keyId, { prefix });
  }

  async change(id: string, change: (key: ApiKey) => ApiKey): Promise<ApiKey> {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`no key ${id}`);
    return this.set(id, change(key));
  }

  private set(id: string, changes: Partial<ApiKey>): ApiKey {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`no key ${id}`);
    const changed = { ...key, ...changes };
    this.keys.set(id, changed);
    return changed;
  }
}

export class MemoryAccountStore implements AccountStore {
  readonly accounts = new Map<string, Account>();
  readonly byTokenHash = new Map<string, Account>();
  readonly allProjects = new Map<string, Project>();

  async find(id: string): Promise<Account | undefined> {
    return this.accounts.get(id);
  }

  async list(): Promise<readonly Account[]> {
    return [...this.accounts.values()];
  }

  async add(wished: NewAccount, tokenHashes: readonly string[], projects: readonly Project[]): Promise<void> {
    const account = { ...wished, suspendedAt: null, rates: NO_RATES };
    this.accounts.set(account.id, account);
    for (const hash of tokenHashes) this.byTokenHash.set(hash, account);
    for (const project of projects) this.allProjects.set(project.id, project);
  }

  async findByTokenHash(hash: string): Promise<Account | undefined> {
    return this.byTokenHash.get(hash);
  }

  async suspend(id: string, at: number | null): Promise<void> {
    this.change(id, ({ suspendedAt }) => ({ suspendedAt: at === null ? null : (suspendedAt ?? at) }));
  }

  async rename(id: string, name: string): Promise<void> {
    this.change(id, () => ({ name }));
  }

  async setRates(id: string, rates: RateLimits): Promise<void> {
    this.change(id, () => ({ rates }));
  }

  async addProject(project: Project, fits?: BesideOthers): Promise<void> {
    fits?.(this.othersOf(project));
    this.allProjects.set(project.id, project);
  }

  async changeProject(id: string, changes: ProjectChanges, fits?: BesideOthers): Promise<void> {
    const project = this.allProjects.get(id);
    if (project === undefined) throw new Error(`no project ${id}`);
    fits?.(this.othersOf(project));
    this.allProjects.set(id, { ...project, ...changes });
  }

  private change(id: string, changes: (account: Account) => Partial<Account>): void {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    this.accounts.set(id, { ...account, ...changes(account) });
  }

  private othersOf({ id, accountId }: Project): readonly Project[] {
    return [...this.allProjects.values()].filter((project) => project.accountId === accountId && project.id !== id);
  }

  async projects(accountId: string | null): Promise<readonly Project[]> {
    return [...this.allProjects.values()].filter((project) => accountId === null || project.accountId === accountId);
  }

  async projectsById(ids: readonly string[]): Promise<ReadonlyMap<string, Project>> {
    return someOf(this.allProjects, ids);
  }
}

export class MemorySettings implements SettingStore {
  readonly values = new Map<string, string>();

  async get(name: string): Promise<string | undefined> {
    return this.values.get(name);
  }

  async setOnce(name: string, value: string): Promise<string> {
    const kept = this.values.get(name) ?? value;
    this.values.set(name, kept);
    return kept;
  }

  async set(name: string, value: string): Promise<void> {
    this.values.set(name, value);
  }
}

/** Those of a map that are asked for. */
export function someOf<T>(all: ReadonlyMap<string, T>, ids: readonly string[]): ReadonlyMap<string, T> {
  return new Map([...all].filter(([id]) => ids.includes(id)));
}
