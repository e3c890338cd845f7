import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Runs: calls that belong together, with a budget of their own. What a run spends is in its receipts and its spend counters. */
export class Runs1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, big, end } = wordsOf(runner);
    await run(runner, [
      // `request_key` is the fingerprint of the Idempotency-Key that it was made with.
      `CREATE TABLE run (
        id ${id(36)} NOT NULL PRIMARY KEY,
        kind ${id(16)} NOT NULL,
        account_id ${id()} NOT NULL,
        api_key_id ${id()} NOT NULL,
        name ${text(200)} NOT NULL,
        status ${id(16)} NOT NULL,
        status_reason ${text(500)},
        budget ${text(500)} NOT NULL,
        created_at ${big} NOT NULL,
        started_at ${big},
        finished_at ${big},
        request_key ${id(64)},
        request_hash ${id(64)} ${end}`,
      'CREATE UNIQUE INDEX run_request ON run (request_key)',
      'CREATE INDEX run_account ON run (account_id, kind, id)',
      'CREATE INDEX run_key ON run (api_key_id, kind, id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['run']);
  }
}
