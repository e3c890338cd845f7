import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

const COLUMNS = ['requests_per_minute', 'tokens_per_minute', 'concurrency'];

/** What the operator allows all keys of an account together; null: there is no such limit. */
export class AccountRates1700000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { int } = wordsOf(runner);
    await run(
      runner,
      COLUMNS.map((column) => `ALTER TABLE account ADD COLUMN ${column} ${int}`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(
      runner,
      COLUMNS.map((column) => `ALTER TABLE account DROP COLUMN ${column}`),
    );
  }
}
