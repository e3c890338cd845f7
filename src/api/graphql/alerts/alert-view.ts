/** Rules and alerts as the graph shows them, and who may decide about them. */
import type { Alert, AlertRule } from '../../../alerts/alert';
import { alertCursor } from '../../../alerts/alert-tail';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import { accountOf, mayDecide, maySeeAccount, type Viewer } from '../../../keys/viewer';
import type { GraphContext } from '../context';
import type { AlertNode } from './alert.type';
import type { AlertRuleNode } from './alert-rule.type';

export function viewAlert(alert: Alert): AlertNode {
  return { ...alert, cursor: alertCursor(alert) };
}

export function viewRule({ episode, ...rule }: AlertRule): AlertRuleNode {
  return { ...rule, firing: episode !== null };
}

type Deciding = Pick<GraphContext, 'viewer'> & { readonly sources: Pick<GraphContext['sources'], 'accounts'> };

/** @throws Fault `forbidden` for keys: alerts are for people */
export function readingAccount(viewer: Viewer): string | null {
  if (viewer.kind === 'key') throw new Fault('forbidden', 'An API key has no alerts: use the token of the account.');
  return accountOf(viewer);
}

/** @throws Fault `forbidden` for members and keys, `not_found` for another account and for none, `invalid_request` where none is named */
export async function decidedAccount({ viewer, sources }: Deciding, asked: string | null): Promise<string> {
  if (!mayDecide(viewer)) throw new Fault('forbidden', 'Only an owner of the account, or the operator, may decide about its alerts.');
  const account = asked ?? accountOf(viewer);
  if (account === null) throw new Fault('invalid_request', 'Name the account: "accountId".', { param: 'accountId' });
  const found = maySeeAccount(viewer, account) ? await sources.accounts.find(account) : undefined;
  if (found === undefined) throw new Fault('not_found', `There is no account "${shown(account)}".`, { param: 'accountId' });
  return found.id;
}

/** The thing when the viewer may decide about it. @throws Fault `forbidden`, `not_found` */
export function decidable<T extends { readonly accountId: string }>(viewer: Viewer, found: T | undefined, what: string): T {
  if (!mayDecide(viewer)) throw new Fault('forbidden', 'Only an owner of the account, or the operator, may decide about its alerts.');
  if (found === undefined || !maySeeAccount(viewer, found.accountId))
    throw new Fault('not_found', `There is no ${shown(what)}.`, { param: 'id' });
  return found;
}
