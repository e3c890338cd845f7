import { wrong } from '../../kernel/fault';
import { accountOf, type Viewer } from '../../keys/viewer';

/** The account that is named, or the viewer's own. @throws Fault `invalid_request` for the operator, who has none, where none is named */
export function accountAsked(viewer: Viewer, named: string | null): string {
  const account = named ?? accountOf(viewer);
  if (account === null) throw wrong('accountId', 'must name the account');
  return account;
}
