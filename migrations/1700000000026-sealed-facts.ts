import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Seals also cover what is written once outside of batches, and the idempotency keys of the holds that a batch ended. */
export class SealedFacts1700000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, big, int, end } = wordsOf(runner);
    await run(runner, [
      // `name`: the kind of fact and the key of its row; prices and costs are named by people.
      `CREATE TABLE seal_fact (
        name ${text(400)} NOT NULL PRIMARY KEY,
        seal_seq ${big} NOT NULL,
        position ${int} NOT NULL,
        digest ${id(64)} NOT NULL ${end}`,
      'CREATE UNIQUE INDEX seal_fact_seal ON seal_fact (seal_seq, position)',
      'CREATE INDEX idempotency_key_hold ON idempotency_key (hold_id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [wordsOf(runner).dropIndex('idempotency_key_hold', 'idempotency_key')]);
    await dropTables(runner, ['seal_fact']);
  }
}
