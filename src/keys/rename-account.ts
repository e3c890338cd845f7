/** Another name of an account, for people: it is named by its id everywhere else. */
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { checkedName } from '../kernel/names';
import type { Account, AccountStore } from './account-store';
import type { Viewer } from './viewer';

export interface RenamingMeans {
  readonly accounts: Pick<AccountStore, 'find' | 'rename'>;
}

/**
 * A start with a catalog that declares the account leaves the new name, as it leaves all of an account that there is.
 * @throws Fault `forbidden` for everybody but the operator, `not_found`, `invalid_request` naming the field
 */
export async function renameAccount({ accounts }: RenamingMeans, viewer: Viewer, id: string, name: string): Promise<Account> {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may rename accounts.');
  await accounts.rename(id, checkedName(name));
  const account = await accounts.find(id);
  invariant(account !== undefined, 'an account that was changed still exists');
  return account;
}
