import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Spend counters, idempotency keys, checkpoints, refunds, redemption codes, costs and seals. */
export class LimitsAndAudit1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, long, big, int, end, indexWhere } = wordsOf(runner);
    const uuid = id(36);
    const hash = id(64);
    await run(runner, [
      // A row exists from the first limit on; from then on every hold and charge of its key, project or run is in it.
      `CREATE TABLE spend_counter (
        id ${id(200)} NOT NULL PRIMARY KEY, spent ${big} NOT NULL, held ${big} NOT NULL, CHECK (held >= 0) ${end}`,
      // `hold_id` is the last hold that was placed with the key: its state says whether the key may be used again.
      `CREATE TABLE idempotency_key (
        id ${hash} NOT NULL PRIMARY KEY,
        api_key_id ${id()} NOT NULL,
        body_hash ${hash} NOT NULL,
        request_id ${uuid} NOT NULL,
        hold_id ${uuid} NOT NULL,
        created_at ${big} NOT NULL ${end}`,
      `CREATE TABLE stored_answer (
        id ${hash} NOT NULL PRIMARY KEY, sealed ${long} NOT NULL, expires_at ${big} NOT NULL ${end}`,
      'CREATE INDEX stored_answer_expiry ON stored_answer (expires_at)',
      `CREATE TABLE hold_progress (hold_id ${uuid} NOT NULL PRIMARY KEY, progress ${long} NOT NULL, noted_at ${big} NOT NULL ${end}`,
      `CREATE TABLE refund (
        receipt_id ${uuid} NOT NULL, transfer_id ${uuid} NOT NULL, amount ${big} NOT NULL,
        PRIMARY KEY (receipt_id, transfer_id), CHECK (amount > 0) ${end}`,
      `CREATE TABLE redemption_code (
        id ${uuid} NOT NULL PRIMARY KEY,
        code_hash ${hash} NOT NULL,
        bucket ${id(16)} NOT NULL,
        amount ${big} NOT NULL,
        memo ${text(500)},
        created_at ${big} NOT NULL,
        expires_at ${big},
        revoked_at ${big},
        CHECK (amount > 0) ${end}`,
      'CREATE UNIQUE INDEX redemption_code_hash ON redemption_code (code_hash)',
      // A block of closed batches; each hash covers the rows of its batches and the hash before it.
      `CREATE TABLE seal (
        seq ${big} NOT NULL PRIMARY KEY,
        batches ${int} NOT NULL,
        previous_hash ${hash} NOT NULL,
        hash ${hash} NOT NULL,
        sealed_at ${big} NOT NULL ${end}`,
      // Which batches a block covers, each with a digest of its rows, and with the short digests that name a row which changed.
      `CREATE TABLE seal_batch (
        batch_id ${uuid} NOT NULL PRIMARY KEY,
        seal_seq ${big} NOT NULL,
        position ${int} NOT NULL,
        digest ${hash} NOT NULL,
        manifest ${long} NOT NULL ${end}`,
      'CREATE UNIQUE INDEX seal_batch_seal ON seal_batch (seal_seq, position)',
      `ALTER TABLE receipt ADD COLUMN recovered ${int} NOT NULL DEFAULT 0`,
      `ALTER TABLE receipt ADD COLUMN batch_id ${uuid}`,
      'UPDATE receipt SET batch_id = (SELECT batch_id FROM transfer WHERE id = receipt.transfer_id) WHERE transfer_id IS NOT NULL',
      'CREATE INDEX receipt_batch ON receipt (batch_id)',
      `ALTER TABLE attempt ADD COLUMN cost ${big}`,
      `ALTER TABLE attempt ADD COLUMN cost_currency ${id(3)}`,
      `CREATE TABLE cost_version (
        id ${text(300)} NOT NULL PRIMARY KEY,
        channel_id ${id()} NOT NULL,
        upstream_model ${text(200)} NOT NULL,
        version ${int} NOT NULL,
        currency ${id(3)} NOT NULL,
        input ${big} NOT NULL,
        cached_input ${big},
        cache_write ${big},
        output ${big} NOT NULL,
        per_request ${big},
        effective_from ${big} NOT NULL ${end}`,
      'CREATE UNIQUE INDEX cost_version_owner ON cost_version (channel_id, upstream_model, version)',
      `ALTER TABLE route_step ADD COLUMN cost_id ${text(300)}`,
      indexWhere('transfer_overage', 'transfer', 'id', { column: 'kind', is: 'OVERAGE' }),
      `ALTER TABLE project ADD COLUMN spend_limits ${text(1000)}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { dropIndex } = wordsOf(runner);
    await run(runner, [
      'ALTER TABLE project DROP COLUMN spend_limits',
      dropIndex('transfer_overage', 'transfer'),
      'ALTER TABLE route_step DROP COLUMN cost_id',
      'ALTER TABLE attempt DROP COLUMN cost_currency',
      'ALTER TABLE attempt DROP COLUMN cost',
      dropIndex('receipt_batch', 'receipt'),
      'ALTER TABLE receipt DROP COLUMN batch_id',
      'ALTER TABLE receipt DROP COLUMN recovered',
    ]);
    await dropTables(runner, [
      'seal_batch',
      'seal',
      'cost_version',
      'redemption_code',
      'refund',
      'hold_progress',
      'stored_answer',
      'idempotency_key',
      'spend_counter',
    ]);
  }
}
