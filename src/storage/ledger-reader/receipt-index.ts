/**
 * Along which index a list of receipts is read. SQLite counts how many conditions an index answers, not how many rows it
 * leads to, and would read all of a model's receipts to find those of a key; MySQL knows its tables and is left to choose.
 */
import type { DataSource } from 'typeorm';
import type { ReceiptFilter, Scope } from '../../ledger/ledger-reader';
import { canBeStoredId } from '../stored-words';
import { alongIndex } from './query';

/** The receipts `r`, with the index that leads to the fewest of them as a rule. */
export function receiptsAlong(dataSource: DataSource, scope: Scope, filter: ReceiptFilter): string {
  const index = dataSource.options.type === 'better-sqlite3' ? narrowest(scope, filter) : null;
  return index === null ? 'receipt r' : `receipt r ${alongIndex(dataSource, index)}`;
}

/** Null: there is something that no row can hold, and nothing to be read. */
function narrowest(scope: Scope, filter: ReceiptFilter): string | null {
  const ids = [...Object.values(scope ?? {}), filter.apiKeyId ?? '', filter.projectId ?? '', filter.researchRunId ?? ''];
  if (!ids.every((id) => canBeStoredId(String(id)))) return null;
  if (filter.researchRunId !== undefined) return 'receipt_run';
  if (filter.apiKeyId !== undefined || (scope !== null && 'apiKeyId' in scope)) return 'receipt_key_time';
  if (filter.projectId !== undefined) return 'receipt_project';
  return scope === null ? 'receipt_time' : amongAccount(filter);
}

function amongAccount({ withFallback, status, routeType, model }: ReceiptFilter): string {
  if (withFallback === true) return 'receipt_fallback';
  if (status !== undefined && status !== 'SUCCEEDED') return 'receipt_status';
  if (routeType === 'OFFICIAL') return 'receipt_route_type';
  return model === undefined ? 'receipt_account_time' : 'receipt_model';
}
