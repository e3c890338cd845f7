/** What the operator allows all keys of an account together: owners give keys their rates, and make as many keys as they like. */
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import type { Account, AccountStore } from './account-store';
import type { RateLimits } from './api-key';
import type { KeyRing } from './authenticate';
import { checkRates } from './key-wishes';
import type { Viewer } from './viewer';

export interface AccountRatesMeans {
  readonly accounts: Pick<AccountStore, 'find' | 'setRates'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
}

/**
 * Takes the place of all rates that the account had. From the next request on: here at once, in other processes within two seconds.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`, `invalid_request` naming the field
 */
export async function setAccountRates(
  { accounts, keyRing }: AccountRatesMeans,
  viewer: Viewer,
  id: string,
  rates: RateLimits,
): Promise<Account> {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may set the rates of accounts.');
  await accounts.setRates(id, checkRates(rates));
  keyRing.forget();
  const account = await accounts.find(id);
  invariant(account !== undefined, 'an account that was changed still exists');
  return account;
}
