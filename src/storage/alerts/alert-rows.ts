/** Rules, alerts and deliveries as rows. */
import {
  ALERT_METRICS,
  type Alert,
  type AlertDelivery,
  type AlertRule,
  DELIVERY_MEANS,
  DELIVERY_STATES,
  type Webhook,
} from '../../alerts/alert';
import { invariant } from '../../kernel/invariant';
import { BUCKETS, ROUTE_TYPES, SPEND_WINDOWS } from '../../kernel/words';
import { parsedText } from '../spend-limits-text';
import { big, boundOrNull, type Row } from '../sql/row-values';
import { count, countOrNull, flag, text, textOrNull, wordIn, wordInOrNull } from '../sql/stored-values';

export const RULE_COLUMNS =
  'id, account_id, name, metric, bucket, api_key_id, project_id, route_type, model, spend_window, threshold, minimum_requests, slower_than_ms, emails, enabled, episode, created_at';
export const ALERT_COLUMNS = 'id, seq, rule_id, account_id, metric, message, value, threshold, receipt_id, ledger_entry_id, raised_at';
export const DELIVERY_COLUMNS = 'id, alert_id, means, target, state, tries, next_try_at, last_result, delivered_at';
export const WEBHOOK_COLUMNS = 'id, account_id, url, created_at';

type Value = string | bigint | null;

export function valuesOfRule(rule: AlertRule): Value[] {
  const { id, accountId, name, metric, bucket, apiKeyId, projectId, routeType, model, window, threshold, episode } = rule;
  const bounds = [threshold, boundOrNull(rule.minimumRequests), boundOrNull(rule.slowerThanMs)];
  const state = [JSON.stringify(rule.emails), rule.enabled ? 1n : 0n, episode, BigInt(rule.createdAt)];
  return [id, accountId, name, metric, bucket, apiKeyId, projectId, routeType, model, window, ...bounds, ...state];
}

export function changeableValues({ name, threshold, minimumRequests, slowerThanMs, emails, episode }: AlertRule): Value[] {
  return [name, threshold, boundOrNull(minimumRequests), boundOrNull(slowerThanMs), JSON.stringify(emails), episode];
}

export function ruleOf(row: Row): AlertRule {
  return {
    id: text(row, 'id'),
    accountId: text(row, 'account_id'),
    name: text(row, 'name'),
    metric: wordIn(ALERT_METRICS, row, 'metric'),
    bucket: wordInOrNull(BUCKETS, row, 'bucket'),
    apiKeyId: textOrNull(row, 'api_key_id'),
    projectId: textOrNull(row, 'project_id'),
    routeType: wordInOrNull(ROUTE_TYPES, row, 'route_type'),
    model: textOrNull(row, 'model'),
    window: wordInOrNull(SPEND_WINDOWS, row, 'spend_window'),
    threshold: big(row['threshold']),
    minimumRequests: countOrNull(row, 'minimum_requests'),
    slowerThanMs: countOrNull(row, 'slower_than_ms'),
    emails: emailsOf(parsedText(text(row, 'emails'), 'the addresses of an alert rule')),
    enabled: flag(row, 'enabled'),
    episode: textOrNull(row, 'episode'),
    createdAt: count(row, 'created_at'),
  };
}

function emailsOf(value: unknown): string[] {
  invariant(Array.isArray(value) && value.every((each) => typeof each === 'string'), 'the addresses of an alert rule are texts');
  return value;
}

export function valuesOfAlert(alert: Alert): Value[] {
  const { id, seq, ruleId, accountId, metric, message, value, threshold, receiptId, ledgerEntryId, raisedAt } = alert;
  return [id, seq, ruleId, accountId, metric, message, value, threshold, receiptId, ledgerEntryId, BigInt(raisedAt)];
}

export function alertOf(row: Row): Alert {
  return {
    id: text(row, 'id'),
    seq: big(row['seq']),
    ruleId: text(row, 'rule_id'),
    accountId: text(row, 'account_id'),
    metric: wordIn(ALERT_METRICS, row, 'metric'),
    message: text(row, 'message'),
    value: big(row['value']),
    threshold: big(row['threshold']),
    receiptId: textOrNull(row, 'receipt_id'),
    ledgerEntryId: textOrNull(row, 'ledger_entry_id'),
    raisedAt: count(row, 'raised_at'),
  };
}

export function deliveryOf(row: Row): AlertDelivery {
  return {
    id: text(row, 'id'),
    alertId: text(row, 'alert_id'),
    means: wordIn(DELIVERY_MEANS, row, 'means'),
    target: text(row, 'target'),
    state: wordIn(DELIVERY_STATES, row, 'state'),
    tries: count(row, 'tries'),
    nextTryAt: count(row, 'next_try_at'),
    lastResult: textOrNull(row, 'last_result'),
    deliveredAt: countOrNull(row, 'delivered_at'),
  };
}

export function webhookOf(row: Row): Webhook {
  return { id: text(row, 'id'), accountId: text(row, 'account_id'), url: text(row, 'url'), createdAt: count(row, 'created_at') };
}
