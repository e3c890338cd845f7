/** Looks at every rule, and raises an alert for each that has come true. Any number of processes may do it at once. */
import type { Clock } from '../kernel/clock';
import { newId } from '../kernel/ids';
import type { Log } from '../kernel/log';
import { clipped } from '../kernel/shown';
import type { AlertRule } from './alert';
import type { AlertLog, AlertRuleStore } from './alert-store';
import { toldAfter } from './episode';
import { type Evaluation, type EvaluationPorts, evaluateEnded, evaluateRule, traceOf } from './evaluate';
import { accountNamed, type NamePorts, whose } from './named';
import {
  endOfWindow,
  LATE_MS,
  openWindow,
  type PassingWindow,
  passingWindow,
  textOfWindows,
  windowsBefore,
  windowsOf,
} from './told-windows';

export interface WatchPorts extends EvaluationPorts, NamePorts {
  readonly alertRules: Pick<AlertRuleStore, 'rules' | 'calm' | 'pass'>;
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
      raised += await watchRule(ports, rule);
    } catch (error) {
      ports.log.warn({ err: error, rule: rule.id }, 'an alert rule could not be looked at');
    }
  }
  return raised;
}

/** @returns how many alerts it raised */
async function watchRule(ports: WatchPorts, rule: AlertRule): Promise<number> {
  const now = ports.clock.now();
  const window = passingWindow(rule);
  const ofEnded = window === null ? 0 : await watchEnded(ports, rule, window, now);
  const evaluation = await evaluateRule(ports, rule, now);
  if (evaluation.breached) return ofEnded + (await raise(ports, rule, evaluation, now));
  if (window !== null) await beginToWatch(ports, rule, window, now);
  else if (rule.episode !== null && !evaluation.lasts) await ports.alertRules.calm(rule.id, rule.episode);
  return ofEnded;
}

/** The window before is watched until all that began in it has ended: its threshold may be reached in its last second, and later. */
async function watchEnded(ports: WatchPorts, rule: AlertRule, window: PassingWindow, now: number): Promise<number> {
  const told = windowsOf(rule.episode);
  const from = told === undefined ? null : openWindow(told, now);
  if (from === null) return 0;
  // Asked before what was used, so that nothing ends in between and is seen by neither.
  const complete = now - endOfWindow(window, from) >= LATE_MS && !(await isUnderWay(ports, rule, endOfWindow(window, from)));
  const evaluation = await evaluateEnded(ports, rule, window, from);
  if (evaluation.breached) return raise(ports, rule, evaluation, now);
  const past = complete ? toldAfter(rule.episode, evaluation.episode) : undefined;
  if (past !== undefined) await ports.alertRules.pass(rule.id, rule.episode, past);
  return 0;
}

/** Whether a call that began before `end` may still be charged: it runs, or its settlement waits somewhere. */
async function isUnderWay({ reader }: WatchPorts, { accountId }: AlertRule, end: number): Promise<boolean> {
  const { items } = await reader.receipts({ accountId }, { first: 1 }, { status: 'IN_FLIGHT', to: end });
  return items.length > 0;
}

/** A rule that is new, or begins anew, is told of no window that had ended before it was looked at. */
async function beginToWatch({ alertRules }: WatchPorts, { id, episode }: AlertRule, window: PassingWindow, now: number): Promise<void> {
  if (episode === null) await alertRules.pass(id, null, textOfWindows(windowsBefore(window, now)));
}

async function raise(ports: WatchPorts, rule: AlertRule, evaluation: Evaluation, now: number): Promise<number> {
  const { episode, value } = evaluation;
  if (toldAfter(rule.episode, episode) === undefined) return 0;
  const { id: ruleId, accountId, metric, threshold } = rule;
  const message = await messageOf(ports, rule, evaluation);
  const alert = { id: newId(), ruleId, accountId, metric, message, value, threshold, raisedAt: now };
  return (await ports.alertLog.raise(rule, { ...alert, ...(await traceOf(ports, rule, evaluation)) }, episode)) ? 1 : 0;
}

/** As many characters as are kept of it; each of the names in it may have two hundred. */
const MESSAGE_MAX = 1_000;

async function messageOf(ports: WatchPorts, rule: AlertRule, { message }: Evaluation): Promise<string> {
  const [of, account] = [await whose(ports, rule), await accountNamed(ports, rule.accountId)];
  return clipped(`${rule.name}: ${message(of)} Account: ${account}.`, MESSAGE_MAX);
}
