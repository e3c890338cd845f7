/** Alerts in the database, in the order in which they were committed, each with what is on its way because of it. */
import type { DataSource, EntityManager } from 'typeorm';
import type { Alert, AlertDelivery, AlertRule, DeliveryMeans } from '../../alerts/alert';
import type { AlertLog, Tried } from '../../alerts/alert-store';
import { newId } from '../../kernel/ids';
import { invariant } from '../../kernel/invariant';
import type { Page, PageRequest } from '../../ledger/ledger-reader';
import { big, placeholders, type Row } from '../catalog/row-values';
import { inTransaction } from '../in-transaction';
import { pageOfRows, rowIdOfCursor } from '../ledger-reader/cursors';
import { Conditions, rowsOf, rowsOfIds } from '../ledger-reader/query';
import { text } from '../ledger-reader/stored-values';
import { ALERT_COLUMNS, alertOf, DELIVERY_COLUMNS, deliveryOf, valuesOfAlert } from './alert-rows';

const RESULT_MAX = 200;

export class SqlAlertLog implements AlertLog {
  constructor(private readonly dataSource: DataSource) {}

  raise(rule: AlertRule, alert: Omit<Alert, 'seq'>, episode: string): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      // Whoever holds this row is alone until its commit: no alert becomes visible behind a later one.
      await manager.query("UPDATE alert_sequence SET last = last + 1 WHERE id = 'alert'");
      if (!(await isNew(manager, rule.id, episode))) {
        await manager.query("UPDATE alert_sequence SET last = last - 1 WHERE id = 'alert'");
        return false;
      }
      const [row] = await manager.query<Row[]>("SELECT last FROM alert_sequence WHERE id = 'alert'");
      const values = valuesOfAlert({ ...alert, seq: big(row?.['last']) });
      await manager.query(`INSERT INTO alert (${ALERT_COLUMNS}) VALUES (${placeholders(values)})`, values);
      await manager.query('UPDATE alert_rule SET episode = ? WHERE id = ?', [episode, rule.id]);
      await addDeliveries(manager, rule, alert);
      return true;
    });
  }

  async page(accountId: string | null, { first, after }: PageRequest, ruleId: string | undefined): Promise<Page<Alert>> {
    const asked = new Conditions().is('account_id', accountId ?? undefined).is('rule_id', ruleId);
    if (after !== undefined) asked.and('id < ?', rowIdOfCursor(after, 'alerts'));
    const sql = `SELECT ${ALERT_COLUMNS} FROM alert WHERE ${asked.sql} ORDER BY id DESC LIMIT ?`;
    return pageOfRows((await rowsOf(this.dataSource, sql, [...asked.values, BigInt(first + 1)])).map(alertOf), first);
  }

  async after(accountId: string | null, seq: bigint, limit: number): Promise<readonly Alert[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined).and('seq > ?', seq);
    const sql = `SELECT ${ALERT_COLUMNS} FROM alert WHERE ${asked.sql} ORDER BY seq LIMIT ?`;
    return (await rowsOf(this.dataSource, sql, [...asked.values, BigInt(limit)])).map(alertOf);
  }

  async head(): Promise<bigint> {
    const [row] = await rowsOf(this.dataSource, "SELECT last FROM alert_sequence WHERE id = 'alert'", []);
    return big(row?.['last']);
  }

  async deliveries(alertIds: readonly string[]): Promise<ReadonlyMap<string, readonly AlertDelivery[]>> {
    const select = (list: string) => `SELECT ${DELIVERY_COLUMNS} FROM alert_delivery WHERE alert_id IN (${list}) ORDER BY id`;
    const rows = await rowsOfIds(this.dataSource, alertIds, select);
    const found = rows.map(deliveryOf);
    return new Map(alertIds.map((id) => [id, found.filter(({ alertId }) => alertId === id)]));
  }

  async claim(now: number, until: number, limit: number) {
    const due = "state = 'PENDING' AND next_try_at <= ?";
    const wanted = `SELECT id FROM alert_delivery WHERE ${due} ORDER BY next_try_at LIMIT ?`;
    const ids = (await rowsOf(this.dataSource, wanted, [BigInt(now), BigInt(limit)])).map((row) => text(row, 'id'));
    if (ids.length === 0) return [];
    const claim = newId();
    const take = `UPDATE alert_delivery SET claim = ?, next_try_at = ? WHERE id IN (${placeholders(ids)}) AND ${due}`;
    await inTransaction(this.dataSource, (manager) => manager.query(take, [claim, BigInt(until), ...ids, BigInt(now)]));
    const mine = `SELECT ${DELIVERY_COLUMNS} FROM alert_delivery WHERE id IN (${placeholders(ids)}) AND claim = ?`;
    const taken = (await rowsOf(this.dataSource, mine, [...ids, claim])).map(deliveryOf);
    const alerts = await this.alertsById(taken.map(({ alertId }) => alertId));
    return taken.map((delivery) => {
      const alert = alerts.get(delivery.alertId);
      invariant(alert !== undefined, 'a delivery is of an alert');
      return { delivery, alert };
    });
  }

  async tried(deliveryId: string, { state, result, at, nextTryAt }: Tried): Promise<void> {
    const set =
      'UPDATE alert_delivery SET state = ?, tries = tries + 1, last_result = ?, next_try_at = ?, delivered_at = ?, claim = NULL WHERE id = ?';
    const values = [state, result.slice(0, RESULT_MAX), BigInt(nextTryAt), state === 'DELIVERED' ? BigInt(at) : null, deliveryId];
    await inTransaction(this.dataSource, (manager) => manager.query(set, values));
  }

  private async alertsById(ids: readonly string[]): Promise<ReadonlyMap<string, Alert>> {
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT ${ALERT_COLUMNS} FROM alert WHERE id IN (${list})`);
    return new Map(rows.map(alertOf).map((alert) => [alert.id, alert]));
  }
}

async function isNew(manager: EntityManager, ruleId: string, episode: string): Promise<boolean> {
  const [row] = await manager.query<Row[]>('SELECT episode FROM alert_rule WHERE id = ? AND enabled = 1', [ruleId]);
  return row !== undefined && row['episode'] !== episode;
}

async function addDeliveries(manager: EntityManager, rule: AlertRule, alert: Omit<Alert, 'seq'>): Promise<void> {
  const webhooks = await manager.query<Row[]>('SELECT id FROM webhook WHERE account_id = ? ORDER BY id', [rule.accountId]);
  const targets: [DeliveryMeans, string][] = [
    ...webhooks.map((row): [DeliveryMeans, string] => ['WEBHOOK', text(row, 'id')]),
    ...rule.emails.map((address): [DeliveryMeans, string] => ['EMAIL', address]),
  ];
  for (const [means, target] of targets) {
    const values = [newId(), alert.id, means, target, 'PENDING', 0n, BigInt(alert.raisedAt), null, null];
    await manager.query(`INSERT INTO alert_delivery (${DELIVERY_COLUMNS}) VALUES (${placeholders(values)})`, values);
  }
}
