import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** When something was made with an idempotency key, so that this is not remembered for ever. What was made before counts from now on. */
export class MadeOnceAge1700000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { big, nowSeconds } = wordsOf(runner);
    await run(runner, [
      `ALTER TABLE made_once ADD COLUMN made_at ${big} NOT NULL DEFAULT 0`,
      `UPDATE made_once SET made_at = ${nowSeconds} * 1000`,
      'CREATE INDEX made_once_made_at ON made_once (made_at)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [wordsOf(runner).dropIndex('made_once_made_at', 'made_once'), 'ALTER TABLE made_once DROP COLUMN made_at']);
  }
}
