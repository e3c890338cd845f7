/** Rules and webhooks in the database. The secrets of webhooks are sealed. */
import type { DataSource } from 'typeorm';
import { type AlertRule, type SigningWebhook, WEBHOOK_DELETED, type Webhook } from '../../alerts/alert';
import type { AlertRuleStore, WebhookRotation } from '../../alerts/alert-store';
import { Fault } from '../../kernel/fault';
import type { Once } from '../../kernel/made-once';
import { seal, unseal } from '../../kernel/secret';
import { shown } from '../../kernel/shown';
import { noteMade, StoreOfMade } from '../made-once';
import { inTransaction } from '../sql/in-transaction';
import { Conditions, execute, keptFromOthers, rowsOf, rowsOfIds } from '../sql/query';
import { placeholders, type Row } from '../sql/row-values';
import { count, text, textOrNull } from '../sql/stored-values';
import { changeableValues, RULE_COLUMNS, ruleOf, valuesOfRule, WEBHOOK_COLUMNS, webhookOf } from './alert-rows';

export class SqlAlertRules extends StoreOfMade implements AlertRuleStore {
  constructor(
    dataSource: DataSource,
    private readonly masterKey: Buffer,
  ) {
    super(dataSource);
  }

  async addRule(rule: AlertRule, once: Once | null = null): Promise<void> {
    const values = valuesOfRule(rule);
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, rule.id, rule.createdAt);
      await manager.query(`INSERT INTO alert_rule (${RULE_COLUMNS}) VALUES (${placeholders(values)})`, values);
    });
  }

  async rules(accountId: string | null): Promise<readonly AlertRule[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined);
    const sql = `SELECT ${RULE_COLUMNS} FROM alert_rule WHERE ${asked.sql} ORDER BY id DESC`;
    return (await rowsOf(this.dataSource, sql, asked.values)).map(ruleOf);
  }

  async rulesById(ids: readonly string[]): Promise<ReadonlyMap<string, AlertRule>> {
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT ${RULE_COLUMNS} FROM alert_rule WHERE id IN (${list})`);
    return new Map(rows.map(ruleOf).map((rule) => [rule.id, rule]));
  }

  changeRule(id: string, to: (rule: AlertRule) => AlertRule): Promise<AlertRule> {
    return inTransaction(this.dataSource, async (manager) => {
      const [row]: Row[] = await manager.query(`SELECT ${RULE_COLUMNS} FROM alert_rule WHERE id = ?${keptFromOthers(manager)}`, [id]);
      if (row === undefined) throw new Fault('not_found', `There is no alert rule "${shown(id)}".`, { param: 'id' });
      const rule = to(ruleOf(row));
      const set = 'name = ?, threshold = ?, minimum_requests = ?, slower_than_ms = ?, emails = ?, episode = ?';
      await manager.query(`UPDATE alert_rule SET ${set} WHERE id = ?`, [...changeableValues(rule), id]);
      return rule;
    });
  }

  setRuleEnabled(id: string, enabled: boolean): Promise<void> {
    return execute(this.dataSource, 'UPDATE alert_rule SET enabled = ?, episode = NULL WHERE id = ?', [enabled ? 1n : 0n, id]);
  }

  deleteRule(id: string): Promise<void> {
    return execute(this.dataSource, 'DELETE FROM alert_rule WHERE id = ?', [id]);
  }

  calm(ruleId: string, episode: string): Promise<void> {
    return execute(this.dataSource, 'UPDATE alert_rule SET episode = NULL WHERE id = ? AND episode = ?', [ruleId, episode]);
  }

  pass(ruleId: string, told: string | null, past: string): Promise<void> {
    const asTold = told === null ? new Conditions().and('episode IS NULL') : new Conditions().and('episode = ?', told);
    return execute(this.dataSource, `UPDATE alert_rule SET episode = ? WHERE id = ? AND ${asTold.sql}`, [past, ruleId, ...asTold.values]);
  }

  async addWebhook({ id, accountId, url, createdAt }: Webhook, secret: string, once: Once | null): Promise<void> {
    const values = [id, accountId, url, BigInt(createdAt), seal(this.masterKey, secret, webhookContext(id))];
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, id, createdAt);
      await manager.query(`INSERT INTO webhook (${WEBHOOK_COLUMNS}, secret_sealed) VALUES (${placeholders(values)})`, values);
    });
  }

  async webhooks(accountId: string | null): Promise<readonly Webhook[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined);
    const sql = `SELECT ${WEBHOOK_COLUMNS} FROM webhook WHERE ${asked.sql} ORDER BY id DESC`;
    return (await rowsOf(this.dataSource, sql, asked.values)).map(webhookOf);
  }

  async webhook(id: string): Promise<SigningWebhook | undefined> {
    const asked = new Conditions().is('id', id);
    const sql = `SELECT ${WEBHOOK_COLUMNS}, ${SIGNING_COLUMNS} FROM webhook WHERE ${asked.sql}`;
    const [row] = await rowsOf(this.dataSource, sql, asked.values);
    return row === undefined ? undefined : { webhook: webhookOf(row), ...signingOf(this.masterKey, id, row) };
  }

  async rotateWebhook({ id, secret, at, formerUntil, once }: WebhookRotation): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const [row]: Row[] = await manager.query(`SELECT ${SIGNING_COLUMNS} FROM webhook WHERE id = ?${keptFromOthers(manager)}`, [id]);
      if (row === undefined) throw new Fault('not_found', `There is no webhook "${shown(id)}".`, { param: 'id' });
      await noteMade(manager, once, id, at);
      const { secret: before } = signingOf(this.masterKey, id, row);
      const former = formerUntil > at ? [seal(this.masterKey, before, formerContext(id)), BigInt(formerUntil)] : [null, null];
      const values = [seal(this.masterKey, secret, webhookContext(id)), ...former];
      await manager.query('UPDATE webhook SET secret_sealed = ?, former_secret_sealed = ?, former_until = ? WHERE id = ?', [...values, id]);
    });
  }

  async deleteWebhook(id: string): Promise<void> {
    const waiting = "means = 'WEBHOOK' AND target = ? AND state = 'PENDING' AND claim IS NULL";
    await inTransaction(this.dataSource, async (manager) => {
      await manager.query('DELETE FROM webhook WHERE id = ?', [id]);
      await manager.query(`UPDATE alert_delivery SET state = 'FAILED', last_result = ? WHERE ${waiting}`, [WEBHOOK_DELETED, id]);
    });
  }
}

/** What a sealed secret is bound to: one that is copied to another webhook's row does not open. */
export function webhookContext(webhookId: string): string {
  return `webhook:${webhookId}`;
}

/** Another one, so that a secret does not open in the place of the other. */
export function formerContext(webhookId: string): string {
  return `webhook:${webhookId}:former`;
}

const SIGNING_COLUMNS = 'secret_sealed, former_secret_sealed, former_until';

function signingOf(masterKey: Buffer, id: string, row: Row): Omit<SigningWebhook, 'webhook'> {
  const secret = unseal(masterKey, text(row, 'secret_sealed'), webhookContext(id));
  const sealed = textOrNull(row, 'former_secret_sealed');
  if (sealed === null) return { secret };
  return { secret, former: { secret: unseal(masterKey, sealed, formerContext(id)), until: count(row, 'former_until') } };
}
