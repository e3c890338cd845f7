/** The account that a mutation is about, where only those who decide for it may ask for that. */
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import { mayDecide, maySeeAccount } from '../../keys/viewer';
import { accountAsked } from './account-asked';
import type { GraphContext } from './context';

type Deciding = Pick<GraphContext, 'viewer'> & { readonly sources: Pick<GraphContext['sources'], 'accounts'> };

/**
 * `deed`: what is wanted, for the refusal.
 * @throws Fault `forbidden` for members and keys, `not_found` for another account and for none, `invalid_request` where none is named
 */
export async function decidedAccount({ viewer, sources }: Deciding, asked: string | null, deed: string): Promise<string> {
  if (!mayDecide(viewer)) throw new Fault('forbidden', `Only an owner of the account, or the operator, may ${deed}.`);
  const account = accountAsked(viewer, asked);
  const found = maySeeAccount(viewer, account) ? await sources.accounts.find(account) : undefined;
  if (found === undefined) throw new Fault('not_found', `There is no account "${shown(account)}".`, { param: 'accountId' });
  return found.id;
}
