import type { MigrationInterface, QueryRunner } from 'typeorm';
import { run, wordsOf } from './dialect';

const TABLES = ['price_version', 'cost_version'];

/**
 * Prices of long prompts stand beside the classes, in the same text, so that an older process that runs on cannot read them: it goes by
 * the catalog that it read last, and never charges a long prompt as a short one. Only MySQL has to be told that the text is longer;
 * on the way down a text that is longer than before stops it there.
 */
export class LongPrompts1700000000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { text, resize } = wordsOf(runner);
    await run(
      runner,
      TABLES.flatMap((table) => resize(table, 'classes', text(4_000))),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const { text, resize } = wordsOf(runner);
    await run(
      runner,
      TABLES.flatMap((table) => resize(table, 'classes', text(500))),
    );
  }
}
