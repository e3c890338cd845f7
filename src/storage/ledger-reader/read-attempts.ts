/** The attempts of receipts. */
import type { DataSource } from 'typeorm';
import type { AttemptCost } from '../../attempts/attempt';
import { ATTEMPT_STATUSES, CHANNEL_ROLES, CURRENCIES } from '../../kernel/words';
import type { AttemptOfReceipt } from '../../ledger/receipt';
import { PROTOCOLS } from '../../routing/catalog';
import { ATTEMPT_COLUMNS } from '../ledger/rows';
import { rowsOfIds } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amount, amountOrNull, count, countOrNull, text, textOrNull, wordIn, wordInOrNull } from '../sql/stored-values';
import { usageOf } from './receipt-rows';

/** The attempts of each receipt that was asked for, in order. One statement for up to 150 receipts. */
export async function readAttempts(
  dataSource: DataSource,
  receiptIds: readonly string[],
): Promise<ReadonlyMap<string, readonly AttemptOfReceipt[]>> {
  const sqlFor = (list: string) =>
    `SELECT ${ATTEMPT_COLUMNS.join(', ')} FROM attempt WHERE receipt_id IN (${list}) ORDER BY receipt_id, idx`;
  const found = new Map<string, AttemptOfReceipt[]>(receiptIds.map((id) => [id, []]));
  for (const row of await rowsOfIds(dataSource, receiptIds, sqlFor)) found.get(text(row, 'receipt_id'))?.push(attemptOf(row));
  return found;
}

/** From a row with the columns of `ATTEMPT_COLUMNS`. */
export function attemptOf(row: Row): AttemptOfReceipt {
  return {
    receiptId: text(row, 'receipt_id'),
    index: count(row, 'idx'),
    channelId: text(row, 'channel_id'),
    protocol: wordInOrNull(PROTOCOLS, row, 'protocol'),
    role: wordIn(CHANNEL_ROLES, row, 'role'),
    retry: count(row, 'retry'),
    status: wordIn(ATTEMPT_STATUSES, row, 'status'),
    upstreamModel: text(row, 'upstream_model'),
    upstreamRequestId: textOrNull(row, 'upstream_request_id'),
    providerStatus: countOrNull(row, 'provider_status'),
    errorCode: textOrNull(row, 'error_code'),
    errorMessage: textOrNull(row, 'error_message'),
    usage: usageOf(row),
    startedAt: count(row, 'started_at'),
    latencyMs: countOrNull(row, 'latency_ms'),
    timeToFirstTokenMs: countOrNull(row, 'first_token_ms'),
    charge: amount(row, 'charge'),
    cost: costOf(row),
  };
}

function costOf(row: Row): AttemptCost | null {
  const cost = amountOrNull(row, 'cost');
  return cost === null ? null : { amount: cost, currency: wordIn(CURRENCIES, row, 'cost_currency') };
}
