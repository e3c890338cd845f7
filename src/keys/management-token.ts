/** Tokens of the people who manage an account. Stored as hashes, shown once, looked up with each request. */
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { type MadeMemory, makeOnce, type Once, onceOf } from '../kernel/made-once';
import { checkedName } from '../kernel/names';
import { hashSecret, newSecret } from '../kernel/secret';
import { shown } from '../kernel/shown';
import type { AccountStore } from './account-store';

export const ACCOUNT_ROLES = ['OWNER', 'MEMBER'] as const;
/** OWNER: everything of the account. MEMBER: reads all of it and manages keys, but neither money nor people. */
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** What a secret of this kind begins with, so that nothing else is looked up among them. */
export const TOKEN_PREFIX = 'tf-mt-';

export interface ManagementToken {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly role: AccountRole;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** The id of the token that the catalog declared for an account. One that was made has no colon in its id. */
export function declaredTokenId(accountId: string): string {
  return `${accountId}${DECLARED}`;
}

/** The account whose declared token has that id; null: it is the id of another token. */
export function accountOfDeclaredToken(id: string): string | null {
  return id.endsWith(DECLARED) ? id.slice(0, -DECLARED.length) : null;
}

const DECLARED = ':catalog';

/** Those that were made, and those that the catalog declared. */
export interface TokenStore extends MadeMemory {
  /** Rejects, and adds nothing, where a token was made for the same request. */
  add(token: ManagementToken, hash: string, once: Once | null): Promise<void>;
  find(id: string): Promise<ManagementToken | undefined>;
  /** One that was made. */
  findByHash(hash: string): Promise<ManagementToken | undefined>;
  /** One that the catalog declared. */
  findDeclared(hash: string): Promise<ManagementToken | undefined>;
  /** Of each account, new to old and declared ones last, those that were revoked included. */
  list(accountIds: readonly string[]): Promise<readonly ManagementToken[]>;
  /** The first revocation stands. */
  revoke(id: string, at: number): Promise<void>;
}

export interface TokenManagement {
  readonly accounts: Pick<AccountStore, 'find'>;
  readonly tokens: TokenStore;
  readonly clock: { now(): number };
}

export interface TokenWish {
  readonly accountId: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly expiresAt: number | null;
}

/** The only time that the secret is there. */
export interface CreatedToken {
  readonly token: ManagementToken;
  readonly secret: string;
}

/**
 * `idempotencyKey`: the same one never makes a second token for the account, because the secret of the first cannot be shown again.
 * @throws Fault `invalid_request` that names the argument; `not_found` for the account; `idempotency_settled`, which names the token that
 * was made before, or `idempotency_mismatch`
 */
export function createToken(means: TokenManagement, wish: TokenWish, idempotencyKey: string | null = null): Promise<CreatedToken> {
  const once = onceOf(['account_token', wish.accountId], idempotencyKey, wish);
  return makeOnce(means.tokens, once, madeToken, () => addToken(means, wish, once));
}

function madeToken(id: string): string {
  const wayOn = 'Its secret was shown then: revokeAccountToken ends it, and another idempotencyKey makes another one.';
  return `This idempotencyKey made the token ${id}. ${wayOn}`;
}

async function addToken({ accounts, tokens, clock }: TokenManagement, wish: TokenWish, once: Once | null): Promise<CreatedToken> {
  const now = clock.now();
  if (wish.expiresAt !== null && wish.expiresAt <= now)
    throw wrong('expiresAt', 'must lie in the future; leave it out for a token that does not expire');
  const name = checkedName(wish.name);
  if ((await accounts.find(wish.accountId)) === undefined)
    throw new Fault('not_found', `There is no account "${shown(wish.accountId)}".`, { param: 'accountId' });
  const secret = newSecret(TOKEN_PREFIX);
  const token: ManagementToken = { ...wish, name, id: newId(), createdAt: now, revokedAt: null };
  await tokens.add(token, hashSecret(secret), once);
  return { token, secret };
}
