import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** What is metered and priced apart from plain tokens: pictures, seconds, and the tokens of audio, pictures and reasoning. */
export class Endpoints1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { text } = wordsOf(runner);
    await run(runner, [
      // JSON; null for nearly every row.
      `ALTER TABLE receipt ADD COLUMN usage_classes ${text(300)}`,
      `ALTER TABLE attempt ADD COLUMN usage_classes ${text(300)}`,
      `ALTER TABLE price_version ADD COLUMN classes ${text(500)}`,
      `ALTER TABLE cost_version ADD COLUMN classes ${text(500)}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      'ALTER TABLE cost_version DROP COLUMN classes',
      'ALTER TABLE price_version DROP COLUMN classes',
      'ALTER TABLE attempt DROP COLUMN usage_classes',
      'ALTER TABLE receipt DROP COLUMN usage_classes',
    ]);
  }
}
