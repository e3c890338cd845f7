import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** When the token that the catalog declared for an account was revoked, in milliseconds since 1970; null: it was not. */
export class RevokedDeclaredTokens1700000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [`ALTER TABLE account_token ADD COLUMN revoked_at ${wordsOf(runner).big}`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE account_token DROP COLUMN revoked_at']);
  }
}
