/** Runs in the database. */
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import type { RunKind, RunStatus } from '../../kernel/words';
import type { Page, PageRequest, Scope } from '../../ledger/ledger-reader';
import type { BudgetLine, Run, RunSums } from '../../runs/run';
import type { RunRequest, RunStore } from '../../runs/run-store';
import { pageOfRows, rowCursor, rowIdOfCursor } from '../sql/cursors';
import { alongIndex, alongKey, Conditions, execute, rowsOf, rowsOfIds } from '../sql/query';
import { placeholders, textOf } from '../sql/row-values';
import { readRunSums } from './read-run-sums';
import { RUN_COLUMNS, runOfRow, textOfBudget, valuesOfRun } from './run-rows';

export class SqlRunStore implements RunStore {
  constructor(private readonly dataSource: DataSource) {}

  async add(run: Run, request: RunRequest | null): Promise<{ readonly run: Run; readonly same: boolean }> {
    const values = [...valuesOfRun(run), request?.key ?? null, request?.contentHash ?? null];
    const again =
      this.dataSource.options.type === 'better-sqlite3' ? 'ON CONFLICT (request_key) DO NOTHING' : 'ON DUPLICATE KEY UPDATE id = id';
    const insert = `INSERT INTO run (${RUN_COLUMNS}) VALUES (${placeholders(values)}) ${again}`;
    await execute(this.dataSource, insert, values);
    if (request === null) return { run, same: true };
    const [row] = await rowsOf(this.dataSource, `SELECT ${RUN_COLUMNS} FROM run WHERE request_key = ?`, [request.key]);
    invariant(row !== undefined, 'a run that was added can be read');
    return { run: runOfRow(row), same: textOf(row['request_hash']) === request.contentHash };
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, Run>> {
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT ${RUN_COLUMNS} FROM run WHERE id IN (${list})`);
    return new Map(rows.map(runOfRow).map((run) => [run.id, run]));
  }

  async page(scope: Scope, kind: RunKind, { first, after }: PageRequest): Promise<Page<Run>> {
    const asked = new Conditions().is('kind', kind);
    if (scope !== null) 'apiKeyId' in scope ? asked.is('api_key_id', scope.apiKeyId) : asked.is('account_id', scope.accountId);
    if (after !== undefined) asked.and('id < ?', rowIdOfCursor(after, 'runs'));
    const sql = `SELECT ${RUN_COLUMNS} FROM ${runsAlong(this.dataSource, scope)} WHERE ${asked.sql} ORDER BY id DESC LIMIT ?`;
    const read = (await rowsOf(this.dataSource, sql, [...asked.values, BigInt(first + 1)])).map(runOfRow);
    return pageOfRows(read, first);
  }

  cursorOf(id: string): string {
    return rowCursor(id);
  }

  async finish(id: string, status: RunStatus, reason: string | null, at: number): Promise<void> {
    const set = 'UPDATE run SET status = ?, status_reason = ?, finished_at = ? WHERE id = ? AND finished_at IS NULL';
    await execute(this.dataSource, set, [status, reason, BigInt(at), id]);
  }

  async setBudget(id: string, budget: readonly BudgetLine[]): Promise<void> {
    const set = 'UPDATE run SET budget = ? WHERE id = ? AND finished_at IS NULL';
    await execute(this.dataSource, set, [textOfBudget(budget), id]);
  }

  sums(ids: readonly string[]): Promise<ReadonlyMap<string, RunSums>> {
    return readRunSums(this.dataSource, ids);
  }
}

/** Runs, in the order of their lists. Those of a kind have none: their index has them by their status. */
function runsAlong(dataSource: DataSource, scope: Scope): string {
  if (scope === null) return `run ${alongKey(dataSource, 'run')}`;
  return `run ${alongIndex(dataSource, 'apiKeyId' in scope ? 'run_key' : 'run_account')}`;
}
