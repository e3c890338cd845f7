import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Rules of what an account wants to be told of, what it was told, and what is on its way. */
export class Alerts1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, long, big, int, end } = wordsOf(runner);
    await run(runner, [
      `CREATE TABLE alert_rule (
        id ${id(36)} NOT NULL PRIMARY KEY,
        account_id ${id()} NOT NULL,
        name ${text(200)} NOT NULL,
        metric ${id(16)} NOT NULL,
        bucket ${id(8)},
        api_key_id ${id()},
        project_id ${id()},
        route_type ${id(16)},
        spend_window ${id(16)},
        threshold ${big} NOT NULL,
        minimum_requests ${int},
        emails ${long} NOT NULL,
        enabled ${int} NOT NULL,
        episode ${id(64)},
        created_at ${big} NOT NULL ${end}`,
      'CREATE INDEX alert_rule_account ON alert_rule (account_id, id)',
      `CREATE TABLE webhook (
        id ${id(36)} NOT NULL PRIMARY KEY,
        account_id ${id()} NOT NULL,
        url ${text(1000)} NOT NULL,
        secret_sealed ${long} NOT NULL,
        created_at ${big} NOT NULL ${end}`,
      'CREATE INDEX webhook_account ON webhook (account_id, id)',
      `CREATE TABLE alert (
        id ${id(36)} NOT NULL PRIMARY KEY,
        seq ${big} NOT NULL,
        rule_id ${id(36)} NOT NULL,
        account_id ${id()} NOT NULL,
        metric ${id(16)} NOT NULL,
        message ${text(1000)} NOT NULL,
        value ${big} NOT NULL,
        threshold ${big} NOT NULL,
        receipt_id ${id(36)},
        ledger_entry_id ${id(80)},
        raised_at ${big} NOT NULL ${end}`,
      'CREATE UNIQUE INDEX alert_seq ON alert (seq)',
      'CREATE INDEX alert_account ON alert (account_id, seq)',
      `CREATE TABLE alert_sequence (id ${id(8)} NOT NULL PRIMARY KEY, last ${big} NOT NULL ${end}`,
      "INSERT INTO alert_sequence (id, last) VALUES ('alert', 0)",
      `CREATE TABLE alert_delivery (
        id ${id(36)} NOT NULL PRIMARY KEY,
        alert_id ${id(36)} NOT NULL,
        means ${id(16)} NOT NULL,
        target ${text(300)} NOT NULL,
        state ${id(16)} NOT NULL,
        tries ${int} NOT NULL,
        next_try_at ${big} NOT NULL,
        claim ${id(36)},
        last_result ${text(200)},
        delivered_at ${big} ${end}`,
      'CREATE INDEX alert_delivery_alert ON alert_delivery (alert_id, id)',
      'CREATE INDEX alert_delivery_due ON alert_delivery (state, next_try_at)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['alert_delivery', 'alert_sequence', 'alert', 'webhook', 'alert_rule']);
  }
}
