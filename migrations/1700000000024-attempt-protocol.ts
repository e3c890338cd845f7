import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/**
 * The wire format of an attempt: its channel may speak another one later. Null for attempts from before; they are not filled in,
 * because what their channels speak by now would be a guess, and their rows are sealed.
 */
export class AttemptProtocol1700000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [`ALTER TABLE attempt ADD COLUMN protocol ${wordsOf(runner).id(16)}`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE attempt DROP COLUMN protocol']);
  }
}
