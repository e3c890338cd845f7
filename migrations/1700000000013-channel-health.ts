import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** When channels are passed over, and how one of several of a priority is chosen. Null: what was not declared. */
export class ChannelHealth1700000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, int, text } = wordsOf(runner);
    await run(runner, [
      // JSON.
      `ALTER TABLE channel ADD COLUMN breaker ${text(500)}`,
      `ALTER TABLE route ADD COLUMN sticky ${id(16)}`,
      `ALTER TABLE route_step ADD COLUMN priority ${int}`,
      `ALTER TABLE route_step ADD COLUMN weight ${int}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      'ALTER TABLE route_step DROP COLUMN weight',
      'ALTER TABLE route_step DROP COLUMN priority',
      'ALTER TABLE route DROP COLUMN sticky',
      'ALTER TABLE channel DROP COLUMN breaker',
    ]);
  }
}
