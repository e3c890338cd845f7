/** Accounts own wallets, projects and keys. The port through which they are read and made. */
import type { RateLimits, SpendLimit } from './api-key';

export interface Account {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Since when none of its keys may call, in milliseconds since 1970; null: they may. */
  readonly suspendedAt: number | null;
  /** What the operator allows all its keys together. */
  readonly rates: RateLimits;
}

/** One that is made is not suspended, and has no rates. */
export type NewAccount = Omit<Account, 'suspendedAt' | 'rates'>;

export interface Project {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** Ceilings on what all its keys spend together. */
  readonly spendLimits: readonly SpendLimit[];
}

export type ProjectChanges = Partial<Pick<Project, 'name' | 'spendLimits'>>;

/** Given the other projects of the account, of which none comes or changes until the deed is done. What it throws ends the deed. */
export type BesideOthers = (others: readonly Project[]) => void;

export interface AccountStore {
  find(id: string): Promise<Account | undefined>;
  list(): Promise<readonly Account[]>;
  /** Adds the account with its two empty wallets, its owner's token hashes and its projects, in one transaction. */
  add(account: NewAccount, tokenHashes: readonly string[], projects: readonly Project[]): Promise<void>;
  /** The account that a management token's hash opens. */
  findByTokenHash(hash: string): Promise<Account | undefined>;
  /** `at` null: it is suspended no longer. One that is suspended stays so since when it was. @throws Fault `not_found` */
  suspend(id: string, at: number | null): Promise<void>;
  /** @throws Fault `not_found` */
  rename(id: string, name: string): Promise<void>;
  /** Takes the place of all rates that it had. @throws Fault `not_found` */
  setRates(id: string, rates: RateLimits): Promise<void>;
  addProject(project: Project, fits?: BesideOthers): Promise<void>;
  /** What is left out stays; limits take the place of all that the project had. @throws Fault `not_found` */
  changeProject(id: string, changes: ProjectChanges, fits?: BesideOthers): Promise<void>;
  /** `accountId` null: of every account. */
  projects(accountId: string | null): Promise<readonly Project[]>;
  /** An id that there is not is left out. */
  projectsById(ids: readonly string[]): Promise<ReadonlyMap<string, Project>>;
}

/** Small facts about the installation, such as the hash of the operator's token. */
export interface SettingStore {
  get(name: string): Promise<string | undefined>;
  /** Writes only when the name is new; gives what stands there afterwards. */
  setOnce(name: string, value: string): Promise<string>;
  set(name: string, value: string): Promise<void>;
}
