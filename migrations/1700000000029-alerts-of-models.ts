import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** Alert rules may be about one model, as requests name it, and about requests that take longer than some milliseconds. */
export class AlertsOfModels1700000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { text, int } = wordsOf(runner);
    await run(runner, [`ALTER TABLE alert_rule ADD COLUMN model ${text(200)}`, `ALTER TABLE alert_rule ADD COLUMN slower_than_ms ${int}`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE alert_rule DROP COLUMN slower_than_ms', 'ALTER TABLE alert_rule DROP COLUMN model']);
  }
}
