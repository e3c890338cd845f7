/** Tokens of the people who manage an account. Stored as hashes, shown once, looked up with each request. */
import { Fault, wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { type MadeMemory, makeOnce, type Once, onceOf } from '../kernel/made-once';
import { checkedName } from '../kernel/names';
import { hashSecret, newSecret } from '../kernel/secret';
import { shown } from '../kernel/shown';
import type { Account, AccountStore } from './account-store';
import { NO_RATES } from './api-key';

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

export interface AccountManagement {
  readonly accounts: Pick<AccountStore, 'add' | 'find'>;
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

const ACCOUNT_ID = /^[A-Za-z0-9._/-]{1,64}$/;

/** An account with two empty wallets and a token for its first owner. @throws Fault `invalid_request` that names the argument */
export async function createAccount(
  { accounts, tokens, clock }: AccountManagement,
  wish: { readonly id: string; readonly name: string },
): Promise<{ readonly account: Account; readonly created: CreatedToken }> {
  if (!ACCOUNT_ID.test(wish.id)) throw wrong('id', 'must have 1 to 64 characters of letters, digits and . _ / -');
  const account = { id: wish.id, name: checkedName(wish.name), createdAt: clock.now(), suspendedAt: null, rates: NO_RATES };
  if ((await accounts.find(account.id)) !== undefined) throw taken();
  await addOnce(accounts, account);
  const created = await createToken({ accounts, tokens, clock }, { accountId: account.id, name: 'owner', role: 'OWNER', expiresAt: null });
  return { account, created };
}

/** Two that want the same id at once: the database takes one, and the other is told as one who comes later. */
async function addOnce(accounts: AccountManagement['accounts'], account: Account): Promise<void> {
  try {
    await accounts.add(account, [], []);
  } catch (error) {
    if ((await accounts.find(account.id)) === undefined) throw error;
    throw taken();
  }
}

function taken(): Fault {
  return wrong('id', 'is that of another account already');
}

/**
 * `idempotencyKey`: the same one never makes a second token for the account, because the secret of the first cannot be shown again.
 * @throws Fault `invalid_request` that names the argument; `not_found` for the account; `idempotency_settled`, which names the token that
 * was made before, or `idempotency_mismatch`
 */
export function createToken(means: AccountManagement, wish: TokenWish, idempotencyKey: string | null = null): Promise<CreatedToken> {
  const once = onceOf(['account_token', wish.accountId], idempotencyKey, wish);
  return makeOnce(means.tokens, once, madeToken, () => addToken(means, wish, once));
}

function madeToken(id: string): string {
  const wayOn = 'Its secret was shown then: revokeAccountToken ends it, and another idempotencyKey makes another one.';
  return `This idempotencyKey made the token ${id}. ${wayOn}`;
}

async function addToken({ accounts, tokens, clock }: AccountManagement, wish: TokenWish, once: Once | null): Promise<CreatedToken> {
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
