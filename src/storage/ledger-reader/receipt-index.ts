/** Along which index a list of receipts is read. Neither database finds it by itself: see `alongIndex`. */
import type { DataSource } from 'typeorm';
import type { ReceiptFilter, Scope } from '../../ledger/ledger-reader';
import { alongIndex, rowsOf } from '../sql/query';
import { countOrNull } from '../sql/stored-values';
import { canBeStoredId } from '../sql/stored-words';

/** The receipts `r`, with the index that leads to the fewest of them as a rule. */
export function receiptsAlong(dataSource: DataSource, scope: Scope, filter: ReceiptFilter): string {
  const index = narrowest(dataSource, scope, filter);
  return index === null ? 'receipt r' : `receipt r ${alongIndex(dataSource, index)}`;
}

/**
 * What is asked of the fallbacks of receipts: one condition for each list that has to be read. An index that cannot leave out
 * the receipts without any has those of an account by their number, and only among equal numbers the order of a list.
 */
export async function fallbacksAsked(dataSource: DataSource, scope: Scope, filter: ReceiptFilter): Promise<readonly string[]> {
  const { withFallback } = filter;
  if (withFallback === undefined) return ['1 = 1'];
  if (!withFallback) return ['r.fallback_count = 0'];
  const byNumber = !leavesRowsOut(dataSource) && narrowest(dataSource, scope, filter) === 'receipt_fallback';
  if (!byNumber || scope === null || !('accountId' in scope)) return ['r.fallback_count > 0'];
  return byNumbers(await mostFallbacks(dataSource, scope.accountId));
}

/** The index that tells them apart within each account; null: none does, or another one leads to fewer. */
export function fewAmongAccounts(dataSource: DataSource, filter: ReceiptFilter): string | null {
  if (narrowest(dataSource, null, filter) !== 'receipt_time') return null;
  return ofFew(filter) ?? (leavesRowsOut(dataSource) ? null : ofMany(filter));
}

/** The same as `fallbacksAsked`, of all accounts along an index of each. */
export async function fewFallbacksAsked(dataSource: DataSource, filter: ReceiptFilter, index: string): Promise<readonly string[]> {
  if (filter.withFallback !== true || leavesRowsOut(dataSource) || index !== 'receipt_fallback')
    return fallbacksAsked(dataSource, null, filter);
  const ofEach = 'SELECT MAX(fallback_count) AS most FROM receipt GROUP BY account_id';
  const [row] = await rowsOf(dataSource, `SELECT MAX(most) AS most FROM (${ofEach}) each_account`, []);
  return byNumbers(row === undefined ? 0 : (countOrNull(row, 'most') ?? 0));
}

function byNumbers(most: number): readonly string[] {
  return Array.from({ length: most }, (_, at) => `r.fallback_count = ${at + 1}`);
}

/** A look at the end of the index. No receipt has more fallbacks than its route has channels. */
async function mostFallbacks(dataSource: DataSource, accountId: string): Promise<number> {
  const [row] = await rowsOf(dataSource, 'SELECT MAX(fallback_count) AS most FROM receipt WHERE account_id = ?', [accountId]);
  return row === undefined ? 0 : (countOrNull(row, 'most') ?? 0);
}

/** Null: there is something that no row can hold, and nothing to be read. */
function narrowest(dataSource: DataSource, scope: Scope, filter: ReceiptFilter): string | null {
  const ids = [...Object.values(scope ?? {}), filter.apiKeyId ?? '', filter.projectId ?? '', filter.runId ?? ''];
  if (!ids.every((id) => canBeStoredId(String(id)))) return null;
  if (filter.runId !== undefined) return 'receipt_run';
  if (filter.apiKeyId !== undefined || (scope !== null && 'apiKeyId' in scope)) return 'receipt_key_time';
  if (filter.projectId !== undefined) return 'receipt_project';
  return scope === null ? 'receipt_time' : amongAccount(dataSource, filter);
}

function amongAccount(dataSource: DataSource, filter: ReceiptFilter): string {
  return ofFew(filter) ?? (leavesRowsOut(dataSource) ? null : ofMany(filter)) ?? 'receipt_account_time';
}

function ofFew({ withFallback, status, routeType, model }: ReceiptFilter): string | null {
  if (withFallback === true) return 'receipt_fallback';
  if (status !== undefined && status !== 'SUCCEEDED') return 'receipt_status';
  if (routeType === 'OFFICIAL') return 'receipt_route_type';
  return model === undefined ? null : 'receipt_model';
}

/** What most receipts are, which of some accounts are few. */
function ofMany({ withFallback, status, routeType }: ReceiptFilter): string | null {
  if (status !== undefined) return 'receipt_status';
  if (routeType !== undefined) return 'receipt_route_type';
  return withFallback === undefined ? null : 'receipt_fallback';
}

/** Whether there are indexes of the rows that meet a condition. */
function leavesRowsOut(dataSource: DataSource): boolean {
  return dataSource.options.type === 'better-sqlite3';
}
