/** What the operator decides of an account: its name, whether its keys may call, and what they may do together. */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { checkedName } from '../kernel/names';
import type { Account, AccountStore } from './account-store';
import type { RateLimits } from './api-key';
import type { KeyRing } from './authenticate';
import { checkRates } from './key-wishes';
import type { Viewer } from './viewer';

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
