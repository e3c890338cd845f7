import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Who changed what: one row for each mutation, begun before it and ended after it. */
export class AuditLog1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, long, big, end } = wordsOf(runner);
    await run(runner, [
      `CREATE TABLE audit_log (
        id ${id(36)} NOT NULL PRIMARY KEY,
        at ${big} NOT NULL,
        request_id ${id(36)} NOT NULL,
        actor_kind ${id(16)} NOT NULL,
        actor_id ${id()},
        account_id ${id()},
        action ${id(64)} NOT NULL,
        target ${id(220)},
        outcome ${id(16)} NOT NULL,
        fault_code ${id(64)},
        state_before ${long},
        state_after ${long} ${end}`,
      'CREATE INDEX audit_log_account ON audit_log (account_id, id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['audit_log']);
  }
}
