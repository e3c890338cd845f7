/** Corrects a rule. What it watches stays: a rule that watches something else is another rule. */
import { checkedName } from '../kernel/names';
import type { AlertRule } from './alert';
import type { AlertRuleStore } from './alert-store';
import { type AlertManagement, checkEmails, checkMetric } from './manage-alerts';

/** What is left out stays as it is. */
export type RuleChanges = Partial<Pick<AlertRule, 'name' | 'emails' | Bound>>;

type Bound = 'threshold' | 'minimumRequests' | 'slowerThanMs';

export interface RuleUpdate extends Pick<AlertManagement, 'sendsMail'> {
  readonly alertRules: Pick<AlertRuleStore, 'changeRule'>;
}

/**
 * With other bounds it begins anew, as one that is enabled again, and may be told at once; with another name or other addresses what was
 * told stays told.
 * @throws Fault `not_found`, `invalid_request` naming the field
 */
export function updateRule(means: RuleUpdate, id: string, changes: RuleChanges): Promise<AlertRule> {
  return means.alertRules.changeRule(id, (rule) => changed(means, rule, changes));
}

/** Addresses that stand are not asked for again: the operator may have no mail server any more. */
function changed(means: RuleUpdate, rule: AlertRule, changes: RuleChanges): AlertRule {
  const to = { ...rule, ...changes };
  const name = changes.name === undefined ? rule.name : checkedName(changes.name);
  checkMetric(to);
  if (changes.emails !== undefined) checkEmails(means, changes.emails);
  return { ...to, name, episode: asksTheSame(rule, to) ? rule.episode : null };
}

/** Whether two states of a rule come true of the same. */
export function asksTheSame(one: Pick<AlertRule, Bound>, other: Pick<AlertRule, Bound>): boolean {
  const { threshold, minimumRequests, slowerThanMs } = one;
  return threshold === other.threshold && minimumRequests === other.minimumRequests && slowerThanMs === other.slowerThanMs;
}
