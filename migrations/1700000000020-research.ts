import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/** Research runs: their sections, the calls of these, the log that progress is told from, and what finished sections took on average. */
export class Research1700000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, long, big, int, end } = wordsOf(runner);
    await run(runner, [
      // Beside the row of `run`. The lease is by the clock of the database; `events` counts the lines of its log.
      `CREATE TABLE research_run (
        id ${id(36)} NOT NULL PRIMARY KEY,
        symbol ${id(32)} NOT NULL,
        mode ${id(16)} NOT NULL,
        quick_model ${text(200)} NOT NULL,
        deep_model ${text(200)} NOT NULL,
        provider ${id(32)} NOT NULL,
        estimate ${long} NOT NULL,
        briefing ${long} NOT NULL,
        report ${long},
        report_html ${long},
        lease_owner ${id(36)},
        lease_until ${big},
        events ${big} NOT NULL ${end}`,
      // `call_id`: whose answer is the content; `open_call_id`: whose end is not written down yet.
      `CREATE TABLE research_section (
        id ${id(36)} NOT NULL PRIMARY KEY,
        run_id ${id(36)} NOT NULL,
        place ${int} NOT NULL,
        name ${id(64)} NOT NULL,
        title ${text(200)} NOT NULL,
        model ${text(200)} NOT NULL,
        status ${id(16)} NOT NULL,
        tries ${int} NOT NULL,
        content ${long},
        call_id ${id(36)},
        open_call_id ${id(36)},
        error ${text(500)},
        started_at ${big},
        finished_at ${big} ${end}`,
      'CREATE INDEX research_section_run ON research_section (run_id, place)',
      // Written before the call is made: the id is that of its receipt.
      `CREATE TABLE research_call (
        receipt_id ${id(36)} NOT NULL PRIMARY KEY,
        run_id ${id(36)} NOT NULL,
        section_id ${id(36)} NOT NULL ${end}`,
      'CREATE INDEX research_call_run ON research_call (run_id)',
      `CREATE TABLE research_event (
        run_id ${id(36)} NOT NULL,
        seq ${big} NOT NULL,
        at ${big} NOT NULL,
        kind ${id(32)} NOT NULL,
        section_id ${id(36)},
        message ${text(500)},
        spent_rmb ${big} NOT NULL,
        spent_credit ${big} NOT NULL,
        PRIMARY KEY (run_id, seq) ${end}`,
      // Sums: an average is made on reading.
      `CREATE TABLE research_profile (
        mode ${id(16)} NOT NULL,
        section ${id(64)} NOT NULL,
        sections ${big} NOT NULL,
        input_tokens ${big} NOT NULL,
        output_tokens ${big} NOT NULL,
        milliseconds ${big} NOT NULL,
        PRIMARY KEY (mode, section) ${end}`,
      'CREATE INDEX run_status ON run (kind, status, id)',
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await run(runner, [wordsOf(runner).dropIndex('run_status', 'run')]);
    await dropTables(runner, ['research_profile', 'research_event', 'research_call', 'research_section', 'research_run']);
  }
}
