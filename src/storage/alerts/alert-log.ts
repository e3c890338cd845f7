/** Alerts in the database, in the order in which they were committed, each with what is on its way because of it. */
import type { DataSource, EntityManager } from 'typeorm';
import type { Alert, AlertDelivery, AlertRule, DeliveryMeans } from '../../alerts/alert';
import type { AlertLog, Claimed, DeliveryRoom, Tried } from '../../alerts/alert-store';
import { toldAfter } from '../../alerts/episode';
import { asksTheSame } from '../../alerts/update-rule';
import { newId } from '../../kernel/ids';
import { invariant } from '../../kernel/invariant';
import { HOUR_MS } from '../../kernel/times';
import type { Page, PageRequest } from '../../ledger/ledger-reader';
import { badCursor, pageOfRows, rowIdOfCursor } from '../sql/cursors';
import { databaseNow } from '../sql/database-now';
import { inTransaction } from '../sql/in-transaction';
import { alongIndex, Conditions, execute, joinInOrder, keptFromOthers, rowsOf, rowsOfIds } from '../sql/query';
import { big, placeholders, type Row, whole } from '../sql/row-values';
import { text } from '../sql/stored-values';
import { ALERT_COLUMNS, alertOf, DELIVERY_COLUMNS, deliveryOf, RULE_COLUMNS, ruleOf, valuesOfAlert } from './alert-rows';

const RESULT_MAX = 200;
/** Rules can be made to come true again and again, and the operator's mail server is not to be anybody's means of flooding others. */
const MAILS_AN_HOUR = 200;
const TOO_MANY_MAILS = `Not sent: ${MAILS_AN_HOUR} mails within an hour are all that an account may send.`;
/** More accounts than can be full at once are looked at, so that one with room is always among them. */
const DUE_MAX = 500;

export class SqlAlertLog implements AlertLog {
  constructor(
    private readonly dataSource: DataSource,
    /** As an expression of SQL: what is due, and for how long a claim stands, is the same for every process then. */
    private readonly now = databaseNow(dataSource),
  ) {}

  raise(rule: AlertRule, alert: Omit<Alert, 'seq'>, episode: string): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      // Whoever holds this row is alone until its commit: no alert becomes visible behind a later one.
      await manager.query("UPDATE alert_sequence SET last = last + 1 WHERE id = 'alert'");
      const standing = await ruleToTell(manager, rule, episode);
      if (standing === undefined) {
        await manager.query("UPDATE alert_sequence SET last = last - 1 WHERE id = 'alert'");
        return false;
      }
      const [row] = await manager.query<Row[]>("SELECT last FROM alert_sequence WHERE id = 'alert'");
      const values = valuesOfAlert({ ...alert, seq: big(row?.['last']) });
      await manager.query(`INSERT INTO alert (${ALERT_COLUMNS}) VALUES (${placeholders(values)})`, values);
      await manager.query('UPDATE alert_rule SET episode = ? WHERE id = ?', [standing.told, rule.id]);
      await addDeliveries(manager, standing.rule, alert, this.now);
      return true;
    });
  }

  async page(accountId: string | null, { first, after }: PageRequest, ruleId: string | undefined): Promise<Page<Alert>> {
    const asked = new Conditions().is('account_id', accountId ?? undefined).is('rule_id', ruleId);
    if (after !== undefined) asked.and('seq < ?', await this.placeOf(accountId, rowIdOfCursor(after, 'alerts')));
    const sql = `SELECT ${ALERT_COLUMNS} FROM ${this.alertsOf(accountId)} WHERE ${asked.sql} ORDER BY seq DESC LIMIT ?`;
    return pageOfRows((await rowsOf(this.dataSource, sql, [...asked.values, BigInt(first + 1)])).map(alertOf), first);
  }

  async after(accountId: string | null, seq: bigint, limit: number): Promise<readonly Alert[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined).and('seq > ?', seq);
    const sql = `SELECT ${ALERT_COLUMNS} FROM ${this.alertsOf(accountId)} WHERE ${asked.sql} ORDER BY seq LIMIT ?`;
    return (await rowsOf(this.dataSource, sql, [...asked.values, BigInt(limit)])).map(alertOf);
  }

  async head(): Promise<bigint> {
    const [row] = await rowsOf(this.dataSource, "SELECT last FROM alert_sequence WHERE id = 'alert'", []);
    return big(row?.['last']);
  }

  async deliveries(alertIds: readonly string[]): Promise<ReadonlyMap<string, readonly AlertDelivery[]>> {
    const deliveries = `alert_delivery ${alongIndex(this.dataSource, 'alert_delivery_alert')}`;
    const select = (list: string) => `SELECT ${DELIVERY_COLUMNS} FROM ${deliveries} WHERE alert_id IN (${list}) ORDER BY id`;
    const rows = await rowsOfIds(this.dataSource, alertIds, select);
    const found = rows.map(deliveryOf);
    return new Map(alertIds.map((id) => [id, found.filter(({ alertId }) => alertId === id)]));
  }

  async claim(forMs: number, room: DeliveryRoom): Promise<readonly Claimed[]> {
    const due = `state = 'PENDING' AND next_try_at <= ${this.now}`;
    const wanted = `SELECT id, account_id FROM (
      SELECT d.id, a.account_id, d.next_try_at, ROW_NUMBER() OVER (PARTITION BY a.account_id ORDER BY d.next_try_at, d.id) AS nth
      FROM alert_delivery d JOIN alert a ON a.id = d.alert_id WHERE d.${due}
    ) due WHERE nth <= ? ORDER BY next_try_at, id LIMIT ?`;
    const found = await rowsOf(this.dataSource, wanted, [BigInt(room.perAccount), BigInt(DUE_MAX)]);
    const ids = thatFit(found, room);
    if (ids.length === 0) return [];
    const claim = newId();
    const take = `UPDATE alert_delivery SET claim = ?, next_try_at = ${this.now} + ? WHERE id IN (${placeholders(ids)}) AND ${due}`;
    await execute(this.dataSource, take, [claim, BigInt(forMs), ...ids]);
    const mine = `SELECT ${DELIVERY_COLUMNS} FROM alert_delivery WHERE id IN (${placeholders(ids)}) AND claim = ?`;
    const taken = (await rowsOf(this.dataSource, mine, [...ids, claim])).map(deliveryOf);
    const alerts = await this.alertsById(taken.map(({ alertId }) => alertId));
    return taken.map((delivery) => {
      const alert = alerts.get(delivery.alertId);
      invariant(alert !== undefined, 'a delivery is of an alert');
      return { delivery, alert, claim };
    });
  }

  async tried(
    { delivery: { id }, claim }: Pick<Claimed, 'delivery' | 'claim'>,
    { state, result, sent, at, againInMs }: Tried,
  ): Promise<void> {
    const arrived = state === 'DELIVERED';
    const set = `UPDATE alert_delivery SET state = ?, tries = tries + ?, last_result = ?, next_try_at = ${this.now} + ?, delivered_at = ?, claim = NULL
      WHERE id = ? AND ${arrived ? "state <> 'DELIVERED'" : 'claim = ?'}`;
    const told = [state, sent ? 1n : 0n, result.slice(0, RESULT_MAX), BigInt(againInMs), arrived ? BigInt(at) : null];
    const values = [...told, id, ...(arrived ? [] : [claim])];
    await execute(this.dataSource, set, values);
  }

  /** The alerts of an account, or all, along the index that has their order. */
  private alertsOf(accountId: string | null): string {
    return `alert ${alongIndex(this.dataSource, accountId === null ? 'alert_seq' : 'alert_account')}`;
  }

  /** @throws Fault `invalid_request` when the account has no such alert */
  private async placeOf(accountId: string | null, alertId: string): Promise<bigint> {
    const asked = new Conditions().is('id', alertId).is('account_id', accountId ?? undefined);
    const [row] = await rowsOf(this.dataSource, `SELECT seq FROM alert WHERE ${asked.sql}`, asked.values);
    if (row === undefined) throw badCursor('alerts');
    return big(row['seq']);
  }

  private async alertsById(ids: readonly string[]): Promise<ReadonlyMap<string, Alert>> {
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT ${ALERT_COLUMNS} FROM alert WHERE id IN (${list})`);
    return new Map(rows.map(alertOf).map((alert) => [alert.id, alert]));
  }
}

/** The first of them, as far as there is room for each account and in all. */
function thatFit(rows: readonly Row[], { limit, perAccount, underWay }: DeliveryRoom): string[] {
  const taken = new Map(underWay);
  const fitting = rows.filter((row) => {
    const accountId = text(row, 'account_id');
    const count = (taken.get(accountId) ?? 0) + 1;
    if (count > perAccount) return false;
    taken.set(accountId, count);
    return true;
  });
  return fitting.slice(0, limit).map((row) => text(row, 'id'));
}

/**
 * The rule as it stands now, which nobody else changes meanwhile, with what it will have told; undefined where what was seen is none of
 * it any more, as it also began anew since then, or was told.
 */
async function ruleToTell(manager: EntityManager, seen: AlertRule, episode: string): Promise<RuleToTell | undefined> {
  const select = `SELECT ${RULE_COLUMNS} FROM alert_rule WHERE id = ? AND enabled = 1${keptFromOthers(manager)}`;
  const [rule] = (await manager.query<Row[]>(select, [seen.id])).map(ruleOf);
  if (rule === undefined || !asksTheSame(seen, rule) || (rule.episode === null && seen.episode !== null)) return undefined;
  const told = toldAfter(rule.episode, episode);
  return told === undefined ? undefined : { rule, told };
}

interface RuleToTell {
  readonly rule: AlertRule;
  readonly told: string;
}

async function mailsOfLastHour(manager: EntityManager, { accountId, raisedAt }: Omit<Alert, 'seq'>): Promise<number> {
  const { dataSource } = manager;
  const alerts = `alert a ${alongIndex(dataSource, 'alert_account')}`;
  const deliveries = `alert_delivery d ${alongIndex(dataSource, 'alert_delivery_alert')}`;
  const sql = `SELECT COUNT(*) AS mails FROM ${alerts} ${joinInOrder(dataSource)} ${deliveries} ON d.alert_id = a.id
    WHERE a.account_id = ? AND a.raised_at > ? AND d.means = 'EMAIL' AND d.state <> 'FAILED'`;
  const [row] = await manager.query<Row[]>(sql, [accountId, BigInt(raisedAt - HOUR_MS)]);
  return whole(row?.['mails'] ?? 0);
}

async function addDeliveries(manager: EntityManager, rule: AlertRule, alert: Omit<Alert, 'seq'>, now: string): Promise<void> {
  const webhooks = await manager.query<Row[]>('SELECT id FROM webhook WHERE account_id = ? ORDER BY id', [rule.accountId]);
  const targets: [DeliveryMeans, string][] = [
    ...webhooks.map((row): [DeliveryMeans, string] => ['WEBHOOK', text(row, 'id')]),
    ...rule.emails.map((address): [DeliveryMeans, string] => ['EMAIL', address]),
  ];
  let mails = rule.emails.length === 0 ? 0 : await mailsOfLastHour(manager, alert);
  for (const [means, target] of targets) {
    if (means === 'EMAIL') mails += 1;
    const refused = means === 'EMAIL' && mails > MAILS_AN_HOUR;
    const state = refused ? 'FAILED' : 'PENDING';
    const values = [newId(), alert.id, means, target, state, refused ? TOO_MANY_MAILS : null];
    await manager.query(`INSERT INTO alert_delivery (${DELIVERY_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, ${now}, ?, NULL)`, values);
  }
}
