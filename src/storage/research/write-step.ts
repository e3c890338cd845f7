/** One step of a run, in one transaction that begins with the lock of the run. */
import type { EntityManager } from 'typeorm';
import { RUN_STATUSES } from '../../kernel/words';
import type { NewEvent, ResearchStep, Written } from '../../research/research-store';
import { hasEnded, RUN_MOVES } from '../../research/run';
import { textOfBudget } from '../runs/run-rows';
import { big, placeholders, type Row } from '../sql/row-values';
import { amount, textOrNull, wordIn } from '../sql/stored-values';
import { columnsOfChange, EVENT_COLUMNS } from './research-rows';

export async function writeStep(manager: EntityManager, step: ResearchStep): Promise<Written> {
  // Whoever holds the row is alone with the run until its commit, so that its log has no gap and one order.
  await manager.query('UPDATE research_run SET events = events WHERE id = ?', [step.runId]);
  const [row] = await manager.query<Row[]>(
    'SELECT x.lease_owner, x.events, r.status FROM research_run x JOIN run r ON r.id = x.id WHERE x.id = ?',
    [step.runId],
  );
  if (row === undefined || (step.owner !== null && textOrNull(row, 'lease_owner') !== step.owner)) return 'lost';
  const stands = wordIn(RUN_STATUSES, row, 'status');
  if (step.status !== undefined && !RUN_MOVES[stands].includes(step.status.to)) return 'refused';
  await writeRun(manager, step);
  if (step.status !== undefined && hasEnded(stands)) await takeUpAgain(manager, step.runId);
  if (step.section !== undefined) await writeSection(manager, step.section);
  if (step.call !== undefined) {
    const values = [step.call, step.runId, step.section?.id ?? ''];
    await manager.query('INSERT INTO research_call (receipt_id, run_id, section_id) VALUES (?, ?, ?)', values);
  }
  if (step.skipOpen !== undefined) {
    const skip =
      "UPDATE research_section SET status = 'SKIPPED', error = ? WHERE run_id = ? AND status IN ('PENDING', 'RUNNING', 'RETRYING')";
    await manager.query(skip, [step.skipOpen, step.runId]);
  }
  if (step.event !== undefined) await writeEvent(manager, step.runId, big(row['events']) + 1n, step.event);
  return 'written';
}

/**
 * The line of the log of that number, which must be the next one. What was spent by then never falls from one line to the next:
 * it was read before the lock, by each writer for itself.
 */
export async function writeEvent(manager: EntityManager, runId: string, seq: bigint, event: NewEvent): Promise<void> {
  const { at, kind, sectionId, message } = event;
  const last = 'SELECT spent_rmb, spent_credit FROM research_event WHERE run_id = ? AND seq = ?';
  const [before] = await manager.query<Row[]>(last, [runId, seq - 1n]);
  const atLeast = (spent: bigint, column: string) =>
    before === undefined || spent > amount(before, column) ? spent : amount(before, column);
  const spent = { RMB: atLeast(event.spent.RMB, 'spent_rmb'), CREDIT: atLeast(event.spent.CREDIT, 'spent_credit') };
  const values = [runId, seq, BigInt(at), kind, sectionId, message, spent.RMB, spent.CREDIT];
  await manager.query(`INSERT INTO research_event (${EVENT_COLUMNS}) VALUES (${placeholders(values)})`, values);
  await manager.query('UPDATE research_run SET events = ? WHERE id = ?', [seq, runId]);
}

async function writeRun(manager: EntityManager, { runId, status, budget, report }: ResearchStep): Promise<void> {
  if (budget !== undefined) await manager.query('UPDATE run SET budget = ? WHERE id = ?', [textOfBudget(budget), runId]);
  if (report !== undefined) {
    await manager.query('UPDATE research_run SET report = ?, report_html = ? WHERE id = ?', [report.markdown, report.html, runId]);
  }
  if (status === undefined) return;
  const at = BigInt(status.at);
  await manager.query('UPDATE run SET status = ?, status_reason = ? WHERE id = ?', [status.to, status.reason, runId]);
  if (status.to === 'RUNNING') return manager.query('UPDATE run SET started_at = COALESCE(started_at, ?) WHERE id = ?', [at, runId]);
  if (hasEnded(status.to)) await manager.query('UPDATE run SET finished_at = ? WHERE id = ?', [at, runId]);
  // Nobody works on it any more.
  await manager.query('UPDATE research_run SET lease_owner = NULL, lease_until = NULL WHERE id = ?', [runId]);
}

/** The former end is none any more: neither its time and its report, nor what was given up by then. */
async function takeUpAgain(manager: EntityManager, runId: string): Promise<void> {
  await manager.query('UPDATE run SET finished_at = NULL WHERE id = ?', [runId]);
  await manager.query('UPDATE research_run SET report = NULL, report_html = NULL WHERE id = ?', [runId]);
  const reopen = `UPDATE research_section SET error = CASE WHEN tries = 0 THEN NULL ELSE error END, finished_at = NULL,
    status = CASE WHEN tries = 0 THEN 'PENDING' ELSE 'RETRYING' END WHERE run_id = ? AND status IN ('FAILED', 'SKIPPED')`;
  await manager.query(reopen, [runId]);
}

async function writeSection(manager: EntityManager, { id, ...change }: NonNullable<ResearchStep['section']>): Promise<void> {
  const columns = columnsOfChange(change);
  if (columns.length === 0) return;
  const set = columns.map(({ column }) => `${column} = ?`).join(', ');
  await manager.query(`UPDATE research_section SET ${set} WHERE id = ?`, [...columns.map(({ value }) => value), id]);
}
