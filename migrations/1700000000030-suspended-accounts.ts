import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** Since when an account is suspended, in milliseconds since 1970; null: it is not. */
export class SuspendedAccounts1700000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [`ALTER TABLE account ADD COLUMN suspended_at ${wordsOf(runner).big}`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE account DROP COLUMN suspended_at']);
  }
}
