/** What the operator does with an account that is not to call any more. */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import type { Account, AccountStore } from './account-store';
import type { KeyRing } from './authenticate';
import type { Viewer } from './viewer';

export interface SuspensionMeans {
  readonly accounts: Pick<AccountStore, 'find' | 'suspend'>;
  readonly keyRing: Pick<KeyRing, 'forget'>;
  readonly clock: Clock;
}

/**
 * None of its keys may call, from the next request on: here at once, in other processes within two seconds. What runs goes on as it began,
 * and its people read everything with their tokens. To suspend it once more changes nothing.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`
 */
export function suspendAccount(means: SuspensionMeans, viewer: Viewer, id: string): Promise<Account> {
  return setSuspended(means, viewer, id, means.clock.now());
}

/** Its keys may call again, each as its own status says. @throws Fault `forbidden` for everybody but the operator, `not_found` */
export function resumeAccount(means: SuspensionMeans, viewer: Viewer, id: string): Promise<Account> {
  return setSuspended(means, viewer, id, null);
}

async function setSuspended({ accounts, keyRing }: SuspensionMeans, viewer: Viewer, id: string, at: number | null): Promise<Account> {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may suspend accounts and resume them.');
  await accounts.suspend(id, at);
  keyRing.forget();
  const account = await accounts.find(id);
  invariant(account !== undefined, 'an account that was changed still exists');
  return account;
}
