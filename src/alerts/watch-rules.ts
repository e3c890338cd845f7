/** Looks at every rule, and raises an alert for each that has come true. Any number of processes may do it at once. */
import type { Clock } from '../kernel/clock';
import { newId } from '../kernel/ids';
import type { Log } from '../kernel/log';
import type { AlertRule } from './alert';
import type { AlertLog, AlertRuleStore } from './alert-store';
import { isLater } from './episode';
import { type EvaluationPorts, evaluateRule, traceOf } from './evaluate';

export interface WatchPorts extends EvaluationPorts {
  readonly alertRules: Pick<AlertRuleStore, 'rules' | 'calm'>;
  readonly alertLog: Pick<AlertLog, 'raise'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** @returns how many alerts were raised. A rule that cannot be looked at keeps no other one from it. */
export async function watchRules(ports: WatchPorts): Promise<number> {
  let raised = 0;
  for (const rule of await ports.alertRules.rules(null)) {
    if (!rule.enabled) continue;
    try {
      if (await watchRule(ports, rule)) raised += 1;
    } catch (error) {
      ports.log.warn({ err: error, rule: rule.id }, 'an alert rule could not be looked at');
    }
  }
  return raised;
}

async function watchRule(ports: WatchPorts, rule: AlertRule): Promise<boolean> {
  const now = ports.clock.now();
  const evaluation = await evaluateRule(ports, rule, now);
  const { breached, episode, lasts, value, message } = evaluation;
  if (!breached) {
    if (rule.episode !== null && !lasts) await ports.alertRules.calm(rule.id, rule.episode);
    return false;
  }
  if (!isLater(rule.episode, episode)) return false;
  const { id: ruleId, accountId, metric, threshold } = rule;
  const alert = { id: newId(), ruleId, accountId, metric, message: `${rule.name}: ${message}`, value, threshold, raisedAt: now };
  return ports.alertLog.raise(rule, { ...alert, ...(await traceOf(ports, rule, evaluation)) }, episode);
}
