import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** What was made with an idempotency key of its maker, whose secret cannot be shown again. What moves money has its keys in the ledger. */
export class MadeOnce1700000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, end } = wordsOf(runner);
    await run(runner, [
      // `request_key` is the fingerprint of the idempotency key, `made` the id of the first thing that was made with it.
      `CREATE TABLE made_once (
        request_key ${id(64)} NOT NULL PRIMARY KEY,
        content_hash ${id(64)} NOT NULL,
        made ${id()} NOT NULL ${end}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['made_once']);
  }
}
