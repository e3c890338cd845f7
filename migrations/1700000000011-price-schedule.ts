import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Prices of routes that begin at an instant of their own. What a route costs is the last of them that has begun, else its own price. */
export class PriceSchedule1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { text, big, end } = wordsOf(runner);
    await run(runner, [
      `CREATE TABLE price_schedule (
        route_id ${text(220)} NOT NULL,
        effective_from ${big} NOT NULL,
        price_id ${text(300)} NOT NULL,
        PRIMARY KEY (route_id, effective_from) ${end}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['price_schedule']);
  }
}
