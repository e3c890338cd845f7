/** What an owner does with keys: make, pause, resume, revoke, rotate. Every change is effective in this process at once. */
import type { Clock } from '../kernel/clock';
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { makeOnce, onceOf } from '../kernel/made-once';
import { checkedName } from '../kernel/names';
import { checkOverlap } from '../kernel/overlap';
import { hashSecret, newSecret } from '../kernel/secret';
import { shown } from '../kernel/shown';
import type { Account, AccountStore } from './account-store';
import { type ApiKey, publicPrefix, type StoredKeyStatus } from './api-key';
import type { ApiKeyStore } from './api-key-store';
import type { KeyRing } from './authenticate';
import { checkExpiry, checkLimits, checkModels } from './key-wishes';
import { checkPolicies } from './policy-wishes';
import { maySeeAccount, maySeeKey, type Viewer } from './viewer';

export interface KeyManagement {
  readonly keys: ApiKeyStore;
  readonly accounts: Pick<AccountStore, 'find' | 'projectsById'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
  readonly clock: Clock;
  readonly modelExists: (id: string) => boolean;
}

/** The key that is wanted. `accountId` null: that of the owner who asks. */
export type KeyWishes = Pick<
  ApiKey,
  'name' | 'projectId' | 'routePolicy' | 'crossBucketFallback' | 'allowedModels' | 'limits' | 'policies' | 'expiresAt'
> & { readonly accountId: string | null };

/** A key with its secret, which is stored only as a hash: this is the one time that it can be shown. */
export interface KeyWithSecret {
  readonly apiKey: ApiKey;
  readonly secret: string;
}

const SECRET_PREFIX = 'sk-tf-';

/**
 * `idempotencyKey`: the same one never makes a second key for the account, because the secret of the first cannot be shown again.
 * @throws Fault `invalid_request` naming the field, `forbidden` for an API key, `not_found` for the account or project;
 * `idempotency_settled`, which names the key that was made before, or `idempotency_mismatch`
 */
export async function createKey(
  means: KeyManagement,
  viewer: Viewer,
  wishes: KeyWishes,
  idempotencyKey: string | null = null,
): Promise<KeyWithSecret> {
  const account = await accountFor(means, viewer, wishes.accountId);
  const accountId = account.id;
  const once = onceOf(['api_key', accountId], idempotencyKey, { ...wishes, accountId });
  const created = await makeOnce(means.keys, once, madeKey, async () => {
    const secret = newSecret(SECRET_PREFIX);
    const apiKey = await keyWished(means, account, wishes, secret);
    await means.keys.add({ key: apiKey, secret: { hash: hashSecret(secret), keyId: apiKey.id, validUntil: null }, once });
    return { apiKey, secret };
  });
  means.keyRing.forget();
  return created;
}

async function keyWished(means: KeyManagement, account: Account, wishes: KeyWishes, secret: string): Promise<ApiKey> {
  const now = means.clock.now();
  return {
    id: newId(),
    accountId: account.id,
    accountSuspended: account.suspendedAt !== null,
    accountRates: account.rates,
    projectId: await projectFor(means, account.id, wishes.projectId),
    name: checkedName(wishes.name),
    prefix: publicPrefix(secret),
    status: 'ACTIVE',
    routePolicy: wishes.routePolicy,
    crossBucketFallback: wishes.crossBucketFallback,
    allowedModels: checkModels(wishes.allowedModels, means.modelExists),
    limits: checkLimits(wishes.limits),
    policies: checkPolicies(wishes.policies, means.modelExists),
    createdAt: now,
    expiresAt: checkExpiry(wishes.expiresAt, now),
  };
}

function madeKey(id: string): string {
  return `This idempotencyKey made the API key ${id}. Its secret was shown then: rotateApiKey gives it a new one, revokeApiKey ends it.`;
}

function rotatedKey(id: string): string {
  const wayOn = 'It was shown then: rotateApiKey with another idempotencyKey gives the key another one.';
  return `This idempotencyKey gave the API key ${id} a new secret. ${wayOn}`;
}

/** @throws Fault `not_found`, `forbidden` for an API key, `invalid_request` for a revoked key */
export function pauseKey(means: KeyManagement, viewer: Viewer, id: string): Promise<ApiKey> {
  return changeStatus(means, viewer, id, 'PAUSED');
}

/** @throws Fault `not_found`, `forbidden` for an API key, `invalid_request` for a revoked key */
export function resumeKey(means: KeyManagement, viewer: Viewer, id: string): Promise<ApiKey> {
  return changeStatus(means, viewer, id, 'ACTIVE');
}

/** For ever: a revoked key is never opened again. To revoke it once more changes nothing. */
export function revokeKey(means: KeyManagement, viewer: Viewer, id: string): Promise<ApiKey> {
  return changeStatus(means, viewer, id, 'REVOKED');
}

/** A secret that ends at once ends by every clock: that of another process may be behind. */
const LONG_PAST = 0;

/**
 * A new secret; the old ones live on for `overlapS` seconds. `idempotencyKey`: the same one never rotates the key a second time, which
 * would end the secret that was shown.
 * @throws Fault `not_found`, `forbidden` for an API key, `invalid_request`; `idempotency_settled`, `idempotency_mismatch`
 */
export async function rotateKey(
  means: KeyManagement,
  viewer: Viewer,
  id: string,
  overlapS: number,
  idempotencyKey: string | null = null,
): Promise<KeyWithSecret> {
  checkOverlap(overlapS);
  const key = await ownKey(means, viewer, id);
  const once = onceOf(['rotated_api_key', key.id], idempotencyKey, { overlapS });
  const secret = await makeOnce(means.keys, once, rotatedKey, async () => {
    refuseRevoked(key);
    const made = newSecret(SECRET_PREFIX);
    const newOne = { hash: hashSecret(made), keyId: key.id, validUntil: null };
    const oldValidUntil = overlapS === 0 ? LONG_PAST : means.clock.now() + overlapS * 1_000;
    await means.keys.rotate({ secret: newOne, prefix: publicPrefix(made), oldValidUntil, once });
    return made;
  });
  means.keyRing.forget();
  return { apiKey: await existing(means, id), secret };
}

async function changeStatus(means: KeyManagement, viewer: Viewer, id: string, status: StoredKeyStatus): Promise<ApiKey> {
  const key = await ownKey(means, viewer, id);
  if (status !== 'REVOKED') refuseRevoked(key);
  if (key.status !== status) await means.keys.setStatus(id, status);
  means.keyRing.forget();
  return existing(means, id);
}

/** @throws Fault `invalid_request` */
export function refuseRevoked(key: ApiKey): void {
  if (key.status === 'REVOKED')
    throw new Fault('invalid_request', 'The key was revoked and never works again: create a new one.', { param: 'id' });
}

/** @throws Fault `not_found`, `forbidden` for an API key */
export async function ownKey(means: KeyManagement, viewer: Viewer, id: string): Promise<ApiKey> {
  refuseKeys(viewer);
  const key = (await means.keys.find([id])).get(id);
  if (key === undefined || !maySeeKey(viewer, key)) throw new Fault('not_found', `There is no API key "${shown(id)}".`, { param: 'id' });
  return key;
}

async function existing(means: KeyManagement, id: string): Promise<ApiKey> {
  const key = (await means.keys.find([id])).get(id);
  invariant(key !== undefined, 'a key that was changed still exists');
  return key;
}

function refuseKeys(viewer: Viewer): void {
  if (viewer.kind === 'key')
    throw new Fault('forbidden', 'An API key cannot change keys: use the token of the account or of the operator.');
}

async function accountFor(means: KeyManagement, viewer: Viewer, wished: string | null): Promise<Account> {
  refuseKeys(viewer);
  const accountId = wished ?? (viewer.kind === 'account' ? viewer.accountId : null);
  if (accountId === null) throw wrong('accountId', 'must name the account that the key is for');
  const account = maySeeAccount(viewer, accountId) ? await means.accounts.find(accountId) : undefined;
  if (account === undefined) throw new Fault('not_found', `There is no account "${shown(accountId)}".`, { param: 'accountId' });
  return account;
}

async function projectFor(means: KeyManagement, accountId: string, projectId: string | null): Promise<string | null> {
  if (projectId === null) return null;
  const project = (await means.accounts.projectsById([projectId])).get(projectId);
  if (project?.accountId === accountId) return projectId;
  throw new Fault('not_found', `There is no project "${shown(projectId)}" in this account.`, { param: 'projectId' });
}
