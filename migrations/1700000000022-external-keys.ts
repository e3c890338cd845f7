import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run } from './dialect';

/**
 * On SQLite the index of external keys leaves out transfers that have none: nearly all, since charges of requests have none,
 * and each had an entry to be written. MySQL has no index that leaves out rows.
 */
export class ExternalKeys1700000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await replaceIndex(runner, 'WHERE external_key IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await replaceIndex(runner, '');
  }
}

async function replaceIndex(runner: QueryRunner, which: string): Promise<void> {
  if (runner.connection.options.type !== 'better-sqlite3') return;
  await run(runner, ['DROP INDEX transfer_external', `CREATE UNIQUE INDEX transfer_external ON transfer (external_key) ${which}`]);
}
