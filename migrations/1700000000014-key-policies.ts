import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** What a key asks of its requests beside its limits: attempts, deadline, ceilings, names of models. Keys that were made before ask nothing. */
export class KeyPolicies1700000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [`ALTER TABLE api_key ADD COLUMN policies ${wordsOf(runner).long}`]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, ['ALTER TABLE api_key DROP COLUMN policies']);
  }
}
