/** What the operator does with accounts: make and rename them, decide whether their keys may call, and what those may do together. */
import type { Clock } from '../kernel/clock';
import { Fault, wrong } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { checkedName } from '../kernel/names';
import type { Account, AccountStore } from './account-store';
import { NO_RATES, type RateLimits } from './api-key';
import type { KeyRing } from './authenticate';
import { checkRates } from './key-wishes';
import { type CreatedToken, createToken, type TokenManagement } from './management-token';
import type { Viewer } from './viewer';

const ACCOUNT_ID = /^[A-Za-z0-9._/-]{1,64}$/;

/** An account with two empty wallets and a token for its first owner. @throws Fault `invalid_request` that names the argument */
export async function createAccount(
  means: TokenManagement & { readonly accounts: Pick<AccountStore, 'add'> },
  wish: { readonly id: string; readonly name: string },
): Promise<{ readonly account: Account; readonly created: CreatedToken }> {
  if (!ACCOUNT_ID.test(wish.id)) throw wrong('id', 'must have 1 to 64 characters of letters, digits and . _ / -');
  const { accounts } = means;
  const account = { id: wish.id, name: checkedName(wish.name), createdAt: means.clock.now(), suspendedAt: null, rates: NO_RATES };
  if ((await accounts.find(account.id)) !== undefined) throw taken();
  await addOnce(accounts, account);
  const created = await createToken(means, { accountId: account.id, name: 'owner', role: 'OWNER', expiresAt: null });
  return { account, created };
}

/** Two that want the same id at once: the database takes one, and the other is told as one who comes later. */
async function addOnce(accounts: Pick<AccountStore, 'find' | 'add'>, account: Account): Promise<void> {
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

export interface DecidingMeans {
  readonly accounts: Pick<AccountStore, 'find' | 'rename' | 'suspend' | 'setRates'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
  readonly clock: Clock;
}

/**
 * Another name for people: it is named by its id everywhere else. A start with a catalog that declares the account leaves the new name, as it
 * leaves all of an account that there is.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`, `invalid_request` naming the field
 */
export function renameAccount(means: DecidingMeans, viewer: Viewer, id: string, name: string): Promise<Account> {
  return decided(means, viewer, id, 'rename accounts', ({ accounts }) => accounts.rename(id, checkedName(name)));
}

/**
 * None of its keys may call, from the next request on: here at once, in other processes within two seconds. What runs goes on as it began,
 * and its people read everything with their tokens. To suspend it once more changes nothing.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`
 */
export function suspendAccount(means: DecidingMeans, viewer: Viewer, id: string): Promise<Account> {
  return decided(means, viewer, id, 'suspend accounts', ({ accounts, clock }) => accounts.suspend(id, clock.now()));
}

/** Its keys may call again, each as its own status says. @throws Fault `forbidden` for everybody but the operator, `not_found` */
export function resumeAccount(means: DecidingMeans, viewer: Viewer, id: string): Promise<Account> {
  return decided(means, viewer, id, 'resume accounts', ({ accounts }) => accounts.suspend(id, null));
}

/**
 * What all its keys may do together: owners give keys their rates, and make as many keys as they like. Takes the place of all rates that the
 * account had, from the next request on: here at once, in other processes within two seconds.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`, `invalid_request` naming the field
 */
export function setAccountRates(means: DecidingMeans, viewer: Viewer, id: string, rates: RateLimits): Promise<Account> {
  return decided(means, viewer, id, 'set the rates of accounts', ({ accounts }) => accounts.setRates(id, checkRates(rates)));
}

async function decided(
  means: DecidingMeans,
  viewer: Viewer,
  id: string,
  what: string,
  change: (means: DecidingMeans) => Promise<void>,
): Promise<Account> {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', `Only the operator may ${what}.`);
  await change(means);
  means.keyRing.forget();
  const account = await means.accounts.find(id);
  invariant(account !== undefined, 'an account that was changed still exists');
  return account;
}
