/** Research runs in the database. */
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import type { MadeBefore, Once } from '../../kernel/made-once';
import type { ResearchMode } from '../../kernel/words';
import type { Briefing } from '../../research/market-data';
import type { NewEvent, NewResearch, ResearchStep, ResearchStore, Written } from '../../research/research-store';
import type { ResearchEvent, ResearchRun, ResearchSection, SectionCharge, SectionProfile } from '../../research/run';
import type { Run } from '../../runs/run';
import { RUN_COLUMNS, runOfRow, valuesOfRun } from '../runs/run-rows';
import { parsedText } from '../spend-limits-text';
import { exactText } from '../sql/exact-json';
import { inTransaction } from '../sql/in-transaction';
import { rowsOf, rowsOfIds } from '../sql/query';
import { placeholders } from '../sql/row-values';
import { text } from '../sql/stored-values';
import { learnFrom, readProfiles } from './profiles';
import { readCharges } from './read-charges';
import { EVENT_COLUMNS, eventOf, RESEARCH_COLUMNS, researchOf, SECTION_COLUMNS, sectionOf } from './research-rows';
import { writeEvent, writeStep } from './write-step';

export class SqlResearchStore implements ResearchStore {
  constructor(private readonly dataSource: DataSource) {}

  async add(added: NewResearch, event: NewEvent, once: Once | null): Promise<void> {
    const { run, symbol, mode, models, estimate } = added.research;
    await inTransaction(this.dataSource, async (manager) => {
      const row = [...valuesOfRun(run), once?.key ?? null, once?.contentHash ?? null];
      await manager.query(`INSERT INTO run (${RUN_COLUMNS}) VALUES (${placeholders(row)})`, row);
      const own = [
        run.id,
        symbol,
        mode,
        models.quick,
        models.deep,
        added.provider,
        exactText(estimate),
        JSON.stringify(added.briefing),
        0n,
      ];
      await manager.query(
        `INSERT INTO research_run (id, symbol, mode, quick_model, deep_model, provider, estimate, briefing, events) VALUES (${placeholders(own)})`,
        own,
      );
      for (const [place, { id, name, title, model }] of added.sections.entries()) {
        const values = [id, run.id, BigInt(place), name, title, model, 'PENDING', 0n];
        await manager.query(
          `INSERT INTO research_section (id, run_id, place, name, title, model, status, tries) VALUES (${placeholders(values)})`,
          values,
        );
      }
      await writeEvent(manager, run.id, 1n, event);
    });
  }

  async madeBefore(requestKey: string): Promise<MadeBefore | undefined> {
    const [row] = await rowsOf(this.dataSource, 'SELECT id, request_hash FROM run WHERE request_key = ?', [requestKey]);
    return row && { made: text(row, 'id'), contentHash: text(row, 'request_hash') };
  }

  write(step: ResearchStep): Promise<Written> {
    return inTransaction(this.dataSource, (manager) => writeStep(manager, step));
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, ResearchRun>> {
    const select = (list: string) => `SELECT ${RUN_COLUMNS} FROM run WHERE kind = 'RESEARCH' AND id IN (${list})`;
    const runs = (await rowsOfIds(this.dataSource, ids, select)).map(runOfRow);
    return new Map((await this.ofRuns(runs)).map((research) => [research.run.id, research]));
  }

  async ofRuns(runs: readonly Run[]): Promise<readonly ResearchRun[]> {
    const select = (list: string) => `SELECT ${RESEARCH_COLUMNS} FROM research_run WHERE id IN (${list})`;
    const ids = runs.map(({ id }) => id);
    const rows = new Map((await rowsOfIds(this.dataSource, ids, select)).map((row) => [text(row, 'id'), row]));
    return runs.map((run) => {
      const row = rows.get(run.id);
      invariant(row !== undefined, `the run ${run.id} is one of research`);
      return researchOf(row, run);
    });
  }

  async briefing(id: string): Promise<Briefing> {
    const [row] = await rowsOfIds(this.dataSource, [id], (list) => `SELECT briefing FROM research_run WHERE id IN (${list})`);
    invariant(row !== undefined, `the run ${id} has the data that it works on`);
    return parsedText(text(row, 'briefing'), `the data of the run ${id}`) as Briefing;
  }

  async html(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const select = (list: string) => `SELECT id, report_html FROM research_run WHERE report_html IS NOT NULL AND id IN (${list})`;
    return new Map((await rowsOfIds(this.dataSource, ids, select)).map((row) => [text(row, 'id'), text(row, 'report_html')]));
  }

  async sections(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly ResearchSection[]>> {
    const select = (list: string) => `SELECT ${SECTION_COLUMNS} FROM research_section WHERE run_id IN (${list}) ORDER BY run_id, place`;
    const found = (await rowsOfIds(this.dataSource, runIds, select)).map(sectionOf);
    return new Map(runIds.map((id) => [id, found.filter(({ runId }) => runId === id)]));
  }

  async sectionsById(ids: readonly string[]): Promise<ReadonlyMap<string, ResearchSection>> {
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT ${SECTION_COLUMNS} FROM research_section WHERE id IN (${list})`);
    return new Map(rows.map(sectionOf).map((section) => [section.id, section]));
  }

  charges(runIds: readonly string[]): Promise<ReadonlyMap<string, SectionCharge>> {
    return readCharges(this.dataSource, runIds);
  }

  async events(runId: string, seq: bigint, limit: number): Promise<readonly ResearchEvent[]> {
    const select = `SELECT ${EVENT_COLUMNS} FROM research_event WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`;
    return (await rowsOf(this.dataSource, select, [runId, seq, BigInt(limit)])).map(eventOf);
  }

  profiles(mode: ResearchMode): Promise<ReadonlyMap<string, SectionProfile>> {
    return readProfiles(this.dataSource, mode);
  }

  async learn(runId: string): Promise<void> {
    const research = (await this.find([runId])).get(runId);
    if (research !== undefined) await learnFrom(this.dataSource, research);
  }
}
