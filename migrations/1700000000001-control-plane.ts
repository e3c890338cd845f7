import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Accounts, keys and the catalog: what people set. */
export class ControlPlane1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, long, big, int, end } = wordsOf(runner);
    await run(runner, [
      `CREATE TABLE setting (name ${id()} NOT NULL PRIMARY KEY, value ${long} NOT NULL ${end}`,
      `CREATE TABLE account (id ${id()} NOT NULL PRIMARY KEY, name ${text(200)} NOT NULL, created_at ${big} NOT NULL ${end}`,
      `CREATE TABLE account_token (
        hash ${id()} NOT NULL PRIMARY KEY, account_id ${id()} NOT NULL, created_at ${big} NOT NULL ${end}`,
      `CREATE TABLE project (
        id ${id()} NOT NULL PRIMARY KEY, account_id ${id()} NOT NULL, name ${text(200)} NOT NULL, created_at ${big} NOT NULL ${end}`,
      `CREATE TABLE api_key (
        id ${id()} NOT NULL PRIMARY KEY,
        account_id ${id()} NOT NULL,
        project_id ${id()},
        name ${text(200)} NOT NULL,
        prefix ${text(32)} NOT NULL,
        status ${id(16)} NOT NULL,
        route_policy ${id(16)} NOT NULL,
        cross_bucket_fallback ${int} NOT NULL,
        allowed_models ${long},
        limits ${long} NOT NULL,
        created_at ${big} NOT NULL,
        expires_at ${big} ${end}`,
      'CREATE INDEX api_key_account ON api_key (account_id, id)',
      `CREATE TABLE key_secret (
        hash ${id()} NOT NULL PRIMARY KEY, key_id ${id()} NOT NULL, created_at ${big} NOT NULL, valid_until ${big} ${end}`,
      'CREATE INDEX key_secret_key ON key_secret (key_id)',
      `CREATE TABLE channel (
        id ${id()} NOT NULL PRIMARY KEY,
        name ${text(200)} NOT NULL,
        protocol ${id(16)} NOT NULL,
        base_url ${text(500)} NOT NULL,
        sealed_api_key ${long} NOT NULL,
        timeouts ${long} NOT NULL,
        on_client_gone ${id(16)} NOT NULL,
        enabled ${int} NOT NULL,
        retired_at ${big} ${end}`,
      `CREATE TABLE model (
        id ${text(200)} NOT NULL PRIMARY KEY,
        position ${int} NOT NULL,
        context_window ${int} NOT NULL,
        max_output_tokens ${int} NOT NULL,
        media_part_tokens ${int} NOT NULL,
        retired_at ${big} ${end}`,
      `CREATE TABLE route (
        id ${text(220)} NOT NULL PRIMARY KEY,
        model_id ${text(200)} NOT NULL,
        type ${id(16)} NOT NULL,
        enabled ${int} NOT NULL,
        price_id ${text(300)} NOT NULL,
        retired_at ${big} ${end}`,
      `CREATE TABLE route_step (
        route_id ${text(220)} NOT NULL,
        position ${int} NOT NULL,
        channel_id ${id()} NOT NULL,
        upstream_model ${text(200)} NOT NULL,
        max_attempts ${int} NOT NULL,
        price_id ${text(300)},
        PRIMARY KEY (route_id, position) ${end}`,
      `CREATE TABLE price_version (
        id ${text(300)} NOT NULL PRIMARY KEY,
        route_id ${text(220)} NOT NULL,
        channel_id ${id()},
        version ${int} NOT NULL,
        currency ${id(3)} NOT NULL,
        input ${big} NOT NULL,
        cached_input ${big},
        cache_write ${big},
        output ${big} NOT NULL,
        per_request ${big},
        multiplier ${big} NOT NULL,
        effective_from ${big} NOT NULL ${end}`,
      `CREATE TABLE catalog_state (id ${int} NOT NULL PRIMARY KEY, revision ${int} NOT NULL, applied ${long} NOT NULL ${end}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'catalog_state',
      'price_version',
      'route_step',
      'route',
      'model',
      'channel',
      'key_secret',
      'api_key',
      'project',
      'account_token',
      'account',
      'setting',
    ]);
  }
}
