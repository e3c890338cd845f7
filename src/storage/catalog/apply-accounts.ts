/**
 * Creates the accounts of a catalog that do not exist yet. What exists is never changed. Every step can be repeated, so
 * that a start which was cut short is completed by the next one, and no balance is given twice.
 */
import type { Clock } from '../../kernel/clock';
import { type ConfigurationFault, refuseFaults } from '../../kernel/configuration-error';
import { newId } from '../../kernel/ids';
import { hashSecret } from '../../kernel/secret';
import { type Bucket, currencyOf } from '../../kernel/words';
import type { AccountStore } from '../../keys/account-store';
import { type ApiKey, NO_RATES, publicPrefix } from '../../keys/api-key';
import type { ApiKeyStore } from '../../keys/api-key-store';
import type { DeclaredAccount, DeclaredKey } from '../../keys/declared-account';
import type { MoveMoney } from '../../ledger/ledger-store';
import { walletId } from '../../ledger/wallet';

export interface AccountPorts {
  readonly accounts: AccountStore;
  readonly keys: ApiKeyStore;
  /** Durable when it resolves; an external key that moved money before moves none again. */
  readonly moveMoney: (item: MoveMoney) => Promise<unknown>;
  readonly clock: Clock;
}

/** Ids of what was made just now. */
export interface AppliedAccounts {
  readonly accounts: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Compares the accounts with those that exist. Writes nothing; call it before anything of the catalog is applied.
 * @throws ConfigurationError for a secret, token, key or project that belongs to somebody else already
 */
export async function checkAccounts(ports: AccountPorts, declared: readonly DeclaredAccount[]): Promise<void> {
  const faults: ConfigurationFault[] = [];
  for (const [index, account] of declared.entries()) faults.push(...(await clashesOf(ports, account, `accounts[${index}]`)));
  refuseFaults(faults);
}

/** Call after `checkAccounts` has passed and the catalog is applied. */
export async function applyAccounts(ports: AccountPorts, declared: readonly DeclaredAccount[]): Promise<AppliedAccounts> {
  const made = { accounts: [] as string[], keys: [] as string[] };
  for (const account of declared) {
    if (await ensureAccount(ports, account)) made.accounts.push(account.id);
    for (const { bucket, amount } of account.wallets) await giveOnce(ports, account.id, bucket, amount);
    made.keys.push(...(await addMissingKeys(ports, account)));
  }
  return made;
}

async function clashesOf(ports: AccountPorts, account: DeclaredAccount, path: string): Promise<ConfigurationFault[]> {
  const faults: ConfigurationFault[] = [];
  const opened = account.token === null ? undefined : await ports.accounts.findByTokenHash(hashSecret(account.token));
  if (opened !== undefined && opened.id !== account.id) {
    faults.push({ path: `${path}.token`, problem: `opens another account already ("${opened.id}")` });
  }
  const projects = await ports.accounts.projectsById(account.projects.map((project) => project.id));
  for (const [index, { id }] of account.projects.entries()) {
    const owner = projects.get(id)?.accountId ?? account.id;
    if (owner !== account.id)
      faults.push({ path: `${path}.projects[${index}].id`, problem: `belongs to another account already ("${owner}")` });
  }
  return [...faults, ...(await clashesOfKeys(ports, account, path))];
}

async function clashesOfKeys(ports: AccountPorts, account: DeclaredAccount, path: string): Promise<ConfigurationFault[]> {
  const faults: ConfigurationFault[] = [];
  const existing = await ports.keys.find(account.keys.map((key) => key.id));
  for (const [index, { id, secret }] of account.keys.entries()) {
    const owner = existing.get(id)?.accountId ?? account.id;
    if (owner !== account.id) {
      faults.push({ path: `${path}.keys[${index}].id`, problem: `belongs to another account already ("${owner}")` });
    }
    const opened = await ports.keys.findBySecretHash(hashSecret(secret));
    if (opened !== undefined && opened.key.id !== id) {
      faults.push({ path: `${path}.keys[${index}].secret`, problem: `opens another key already ("${opened.key.id}")` });
    }
  }
  return faults;
}

/** True when the account was made now. */
async function ensureAccount(ports: AccountPorts, account: DeclaredAccount): Promise<boolean> {
  const projects = account.projects.map((project) => ({ ...project, accountId: account.id }));
  if ((await ports.accounts.find(account.id)) === undefined) {
    const tokens = account.token === null ? [] : [hashSecret(account.token)];
    await ports.accounts.add({ id: account.id, name: account.name, createdAt: ports.clock.now() }, tokens, projects);
    return true;
  }
  const existing = await ports.accounts.projectsById(projects.map((project) => project.id));
  for (const project of projects) {
    if (!existing.has(project.id)) await ports.accounts.addProject(project);
  }
  return false;
}

async function giveOnce(ports: AccountPorts, accountId: string, bucket: Bucket, amount: bigint): Promise<void> {
  if (amount === 0n) return;
  await ports.moveMoney({
    kind: 'move',
    transferId: newId(),
    entryKind: 'TOP_UP',
    walletId: walletId(accountId, bucket),
    currency: currencyOf(bucket),
    amount,
    externalKey: `catalog:${accountId}:${bucket}`,
    receiptId: null,
    redemptionCodeId: null,
    memo: 'first balance, from the catalog',
    createdAt: ports.clock.now(),
  });
}

async function addMissingKeys(ports: AccountPorts, account: DeclaredAccount): Promise<string[]> {
  const existing = await ports.keys.find(account.keys.map((key) => key.id));
  const missing = account.keys.filter((key) => !existing.has(key.id));
  for (const declared of missing) {
    const key = keyOf(account.id, declared, ports.clock.now());
    await ports.keys.add({ key, secret: { hash: hashSecret(declared.secret), keyId: key.id, validUntil: null } });
  }
  return missing.map((key) => key.id);
}

function keyOf(accountId: string, declared: DeclaredKey, createdAt: number): ApiKey {
  const { secret, ...fields } = declared;
  return {
    ...fields,
    accountId,
    accountSuspended: false,
    accountRates: NO_RATES,
    prefix: publicPrefix(secret),
    status: 'ACTIVE',
    createdAt,
  };
}
