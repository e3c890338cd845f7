import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Tokens of the people of an account, each with a role, beside the one of its owner that the catalog declares. */
export class ManagementTokens1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, big, end } = wordsOf(runner);
    await run(runner, [
      `CREATE TABLE management_token (
        id ${id(36)} NOT NULL PRIMARY KEY,
        hash ${id()} NOT NULL,
        account_id ${id()} NOT NULL,
        name ${text(200)} NOT NULL,
        role ${id(16)} NOT NULL,
        created_at ${big} NOT NULL,
        expires_at ${big},
        revoked_at ${big} ${end}`,
      'CREATE UNIQUE INDEX management_token_hash ON management_token (hash)',
      'CREATE INDEX management_token_account ON management_token (account_id, id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['management_token']);
  }
}
