/** Rules and webhooks in the database. The secrets of webhooks are sealed. */
import type { DataSource } from 'typeorm';
import type { AlertRule, Webhook } from '../../alerts/alert';
import type { AlertRuleStore } from '../../alerts/alert-store';
import type { MadeBefore, Once } from '../../kernel/made-once';
import { seal, unseal } from '../../kernel/secret';
import { madeBefore, noteMade } from '../made-once';
import { inTransaction } from '../sql/in-transaction';
import { Conditions, type QueryValue, rowsOf, rowsOfIds } from '../sql/query';
import { placeholders } from '../sql/row-values';
import { text } from '../sql/stored-values';
import { RULE_COLUMNS, ruleOf, valuesOfRule, WEBHOOK_COLUMNS, webhookOf } from './alert-rows';

export class SqlAlertRules implements AlertRuleStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: Buffer,
  ) {}

  addRule(rule: AlertRule): Promise<void> {
    const values = valuesOfRule(rule);
    return this.write(`INSERT INTO alert_rule (${RULE_COLUMNS}) VALUES (${placeholders(values)})`, values);
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

  setRuleEnabled(id: string, enabled: boolean): Promise<void> {
    return this.write('UPDATE alert_rule SET enabled = ?, episode = NULL WHERE id = ?', [enabled ? 1n : 0n, id]);
  }

  deleteRule(id: string): Promise<void> {
    return this.write('DELETE FROM alert_rule WHERE id = ?', [id]);
  }

  calm(ruleId: string, episode: string): Promise<void> {
    return this.write('UPDATE alert_rule SET episode = NULL WHERE id = ? AND episode = ?', [ruleId, episode]);
  }

  async addWebhook({ id, accountId, url, createdAt }: Webhook, secret: string, once: Once | null): Promise<void> {
    const values = [id, accountId, url, BigInt(createdAt), seal(this.masterKey, secret, webhookContext(id))];
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, id, createdAt);
      await manager.query(`INSERT INTO webhook (${WEBHOOK_COLUMNS}, secret_sealed) VALUES (${placeholders(values)})`, values);
    });
  }

  madeBefore(requestKey: string): Promise<MadeBefore | undefined> {
    return madeBefore(this.dataSource, requestKey);
  }

  async webhooks(accountId: string | null): Promise<readonly Webhook[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined);
    const sql = `SELECT ${WEBHOOK_COLUMNS} FROM webhook WHERE ${asked.sql} ORDER BY id DESC`;
    return (await rowsOf(this.dataSource, sql, asked.values)).map(webhookOf);
  }

  async webhook(id: string): Promise<{ readonly webhook: Webhook; readonly secret: string } | undefined> {
    const asked = new Conditions().is('id', id);
    const sql = `SELECT ${WEBHOOK_COLUMNS}, secret_sealed FROM webhook WHERE ${asked.sql}`;
    const [row] = await rowsOf(this.dataSource, sql, asked.values);
    if (row === undefined) return undefined;
    return { webhook: webhookOf(row), secret: unseal(this.masterKey, text(row, 'secret_sealed'), webhookContext(id)) };
  }

  deleteWebhook(id: string): Promise<void> {
    return this.write('DELETE FROM webhook WHERE id = ?', [id]);
  }

  private async write(sql: string, values: readonly (QueryValue | null)[]): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.query(sql, [...values]));
  }
}

/** What a sealed secret is bound to: one that is copied to another webhook's row does not open. */
export function webhookContext(webhookId: string): string {
  return `webhook:${webhookId}`;
}
