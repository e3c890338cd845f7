import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/**
 * The former secret of a webhook, and its end in milliseconds since 1970, stand beside the secret: an older process that runs on reads
 * the secret alone, and signs with it.
 */
export class FormerWebhookSecret1700000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { long, big } = wordsOf(runner);
    await run(runner, [
      `ALTER TABLE webhook ADD COLUMN former_secret_sealed ${long}`,
      `ALTER TABLE webhook ADD COLUMN former_until ${big}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE webhook DROP COLUMN former_until', 'ALTER TABLE webhook DROP COLUMN former_secret_sealed']);
  }
}
