/** Rules and alerts as the graph shows them, and who may decide about them. */
import type { Alert, AlertRule } from '../../../alerts/alert';
import { alertCursor } from '../../../alerts/alert-tail';
import { isFiring } from '../../../alerts/told-windows';
import type { Clock } from '../../../kernel/clock';
import { Fault } from '../../../kernel/fault';
import { accountOf, mayDecide, maySeeAccount, type Viewer } from '../../../keys/viewer';
import type { AlertNode } from './alert.type';
import type { AlertRuleNode } from './alert-rule.type';

export function viewAlert(alert: Alert): AlertNode {
  return { ...alert, cursor: alertCursor(alert) };
}

export function viewRule({ clock }: { readonly clock: Pick<Clock, 'now'> }, standing: AlertRule): AlertRuleNode {
  const { episode: _, ...rule } = standing;
  return { ...rule, firing: isFiring(standing, clock.now()) };
}

/** @throws Fault `forbidden` for keys: alerts are for people */
export function readingAccount(viewer: Viewer): string | null {
  if (viewer.kind === 'key') throw new Fault('forbidden', 'An API key has no alerts: use the token of the account.');
  return accountOf(viewer);
}

/** What only those who decide for an account may do. */
export const ABOUT_ALERTS = 'decide about its alerts';

/** The thing when the viewer may decide about it. @throws Fault `forbidden`, `not_found` */
export function decidable<T extends { readonly accountId: string }>(viewer: Viewer, found: T | undefined, what: string): T {
  if (!mayDecide(viewer)) throw new Fault('forbidden', `Only an owner of the account, or the operator, may ${ABOUT_ALERTS}.`);
  if (found === undefined || !maySeeAccount(viewer, found.accountId)) throw new Fault('not_found', `There is no ${what}.`, { param: 'id' });
  return found;
}
