/** What completed sections took, added up by mode and section. */
import type { DataSource } from 'typeorm';
import type { ResearchMode } from '../../kernel/words';
import type { ResearchRun, SectionProfile } from '../../research/run';
import { inTransaction } from '../sql/in-transaction';
import { rowsOf } from '../sql/query';
import { count, countOrNull, text } from '../sql/stored-values';

export async function readProfiles(dataSource: DataSource, mode: ResearchMode): Promise<ReadonlyMap<string, SectionProfile>> {
  const sql = 'SELECT section, sections, input_tokens, output_tokens, milliseconds FROM research_profile WHERE mode = ? AND sections > 0';
  return new Map(
    (await rowsOf(dataSource, sql, [mode])).map((row) => {
      const average = (column: string) => count(row, column) / count(row, 'sections');
      const tokens = { inputTokens: Math.ceil(average('input_tokens')), outputTokens: Math.ceil(average('output_tokens')) };
      return [text(row, 'section'), { ...tokens, seconds: average('milliseconds') / 1_000 }];
    }),
  );
}

/** So many answers of a section are remembered at most, the old ones less and less: a model or a prompt may have been changed since. */
const REMEMBERED = 20;
/** Averages stay as they are. */
const HALF = ['sections', 'input_tokens', 'output_tokens', 'milliseconds'].map((column) => `${column} = ${column} / 2`).join(', ');

/**
 * Usage and time are those of the answers that were used: what a try that failed took is no measure of the section, nor is how long it
 * waited for a run that was paused, or what a clock that was set in between says.
 */
export async function learnFrom(dataSource: DataSource, { run, mode }: ResearchRun): Promise<void> {
  const lastLine = 'SELECT MAX(l.seq) FROM research_event l WHERE l.run_id = s.run_id';
  const learnedBefore = `SELECT 1 FROM research_event c JOIN research_event e ON e.run_id = c.run_id AND e.kind = 'RUN_ENDED' AND e.seq > c.seq
    WHERE c.run_id = s.run_id AND c.section_id = s.id AND c.kind = 'SECTION_COMPLETED' AND e.seq < (${lastLine})`;
  const sql = `SELECT s.name, r.input_tokens, r.output_tokens, r.latency_ms FROM research_section s JOIN receipt r ON r.id = s.call_id
    WHERE s.run_id = ? AND s.status = 'COMPLETED' AND NOT EXISTS (${learnedBefore}) ORDER BY s.name`;
  const add =
    'sections = sections + 1, input_tokens = input_tokens + ?, output_tokens = output_tokens + ?, milliseconds = milliseconds + ?';
  for (const row of await rowsOf(dataSource, sql, [run.id])) {
    const sums = [count(row, 'input_tokens'), count(row, 'output_tokens'), countOrNull(row, 'latency_ms') ?? 0].map(BigInt);
    const key = [mode, text(row, 'name')];
    const again = dataSource.options.type === 'better-sqlite3' ? 'ON CONFLICT (mode, section) DO UPDATE SET' : 'ON DUPLICATE KEY UPDATE';
    const insert =
      'INSERT INTO research_profile (mode, section, sections, input_tokens, output_tokens, milliseconds) VALUES (?, ?, 1, ?, ?, ?)';
    await inTransaction(dataSource, async (manager) => {
      await manager.query(`UPDATE research_profile SET ${HALF} WHERE mode = ? AND section = ? AND sections >= ?`, [...key, REMEMBERED]);
      await manager.query(`${insert} ${again} ${add}`, [...key, ...sums, ...sums]);
    });
  }
}
