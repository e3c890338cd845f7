import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

/** The most that an amount may be. */
const MOST = 2n ** 62n;

/** What a key is charged in a day may come to more than a column holds: `charge_high` says how often 2⁶² is in it beside `charge`. */
export class SumsOfCharges1700000000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `ALTER TABLE usage_rollup ADD COLUMN charge_high ${wordsOf(runner).big} NOT NULL DEFAULT 0`,
      `UPDATE usage_rollup SET charge_high = 1, charge = charge - ${MOST} WHERE charge >= ${MOST}`,
    ]);
  }

  /** A sum that a column does not hold is refused by the database: nothing is lost. */
  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [
      `UPDATE usage_rollup SET charge = charge + charge_high * ${MOST} WHERE charge_high > 0`,
      'ALTER TABLE usage_rollup DROP COLUMN charge_high',
    ]);
  }
}
