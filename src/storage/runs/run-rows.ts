/** Runs as rows. The budget is JSON; amounts in it are texts of nano units. */
import { invariant } from '../../kernel/invariant';
import { nano } from '../../kernel/money';
import { BUCKETS, RUN_KINDS, RUN_STATUSES } from '../../kernel/words';
import type { BudgetLine, Run } from '../../runs/run';
import { parsedText } from '../spend-limits-text';
import { boundOrNull, type Row } from '../sql/row-values';
import { count, countOrNull, text, textOrNull, wordIn } from '../sql/stored-values';
import { storedWord } from '../sql/stored-words';

export const RUN_COLUMNS =
  'id, kind, account_id, api_key_id, name, status, status_reason, budget, created_at, started_at, finished_at, request_key, request_hash';

export function valuesOfRun(run: Run): (string | bigint | null)[] {
  const { id, kind, accountId, apiKeyId, name, status, statusReason, budget, createdAt, startedAt, finishedAt } = run;
  const times = [BigInt(createdAt), boundOrNull(startedAt), boundOrNull(finishedAt)];
  return [id, kind, accountId, apiKeyId, name, status, statusReason, textOfBudget(budget), ...times];
}

export function textOfBudget(budget: readonly BudgetLine[]): string {
  return JSON.stringify(budget.map(({ bucket, amount }) => ({ bucket, amount: String(amount) })));
}

/** @throws InvariantBroken when the row is no run */
export function runOfRow(row: Row): Run {
  const id = text(row, 'id');
  return {
    id,
    kind: wordIn(RUN_KINDS, row, 'kind'),
    accountId: text(row, 'account_id'),
    apiKeyId: text(row, 'api_key_id'),
    name: text(row, 'name'),
    status: wordIn(RUN_STATUSES, row, 'status'),
    statusReason: textOrNull(row, 'status_reason'),
    budget: budgetOf(parsedText(text(row, 'budget'), `the budget of run ${id}`), id),
    createdAt: count(row, 'created_at'),
    startedAt: countOrNull(row, 'started_at'),
    finishedAt: countOrNull(row, 'finished_at'),
  };
}

function budgetOf(lines: unknown, id: string): BudgetLine[] {
  invariant(Array.isArray(lines), `the budget of run ${id} is a list`);
  return lines.map((line: { readonly bucket?: unknown; readonly amount?: unknown }) => {
    invariant(typeof line.amount === 'string' && /^\d{1,19}$/.test(line.amount), `the budget of run ${id} has amounts`);
    return { bucket: storedWord(BUCKETS, String(line.bucket), `a bucket of run ${id}`), amount: nano(BigInt(line.amount)) };
  });
}
