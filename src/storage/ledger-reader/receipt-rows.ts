/** From rows of `receipt` and `hold` to receipts. */
import type { DataSource } from 'typeorm';
import { usageClassesIn } from '../../kernel/classes';
import { invariant } from '../../kernel/invariant';
import { BUCKETS, HOLD_STATES, REQUEST_STATUSES, ROUTE_TYPES, STOP_REASONS, USAGE_SOURCES } from '../../kernel/words';
import type { HoldRecord, ReadableReceipt, ReceiptRecord, RequestFacts, RouteFacts } from '../../ledger/receipt';
import type { Usage } from '../../metering/usage';
import { HOLD_COLUMNS, RECEIPT_COLUMNS } from '../ledger/rows';
import { alongKey } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amount, amountOrNull, count, countOrNull, flag, text, textOrNull, wordIn, wordInOrNull } from '../sql/stored-values';

/** Receipts `r` of a table, each with its hold `h`; the columns of the hold are named `held_…`. */
export const receiptsWithHolds = (
  dataSource: DataSource,
  receipts: string,
) => `SELECT ${RECEIPT_COLUMNS.map((column) => `r.${column}`).join(', ')},
  h.id AS held_id, h.amount AS held_amount, h.state AS held_state, h.placed_at AS held_placed_at,
  h.expires_at AS held_expires_at, h.resolved_at AS held_resolved_at
  FROM ${receipts} LEFT JOIN hold h ${alongKey(dataSource, 'hold')} ON h.id = r.hold_id`;

/** An open hold `r`, which stands for a receipt until there is one. */
export const OPEN_HOLD = `SELECT ${HOLD_COLUMNS.map((column) => `r.${column}`).join(', ')} FROM hold r WHERE r.state = 'OPEN'`;

/** A row of `receiptsWithHolds`. */
export function settledReceipt(row: Row): ReadableReceipt {
  const record = recordOf(row);
  if (record.holdId === null) return { inFlight: false, record, hold: null };
  invariant(row['held_id'] === record.holdId, `the receipt ${record.requestId} names a hold that does not exist`);
  return { inFlight: false, record, hold: holdOf(row, 'held_') };
}

/** A row of `OPEN_HOLD`. */
export function inFlightReceipt(row: Row): ReadableReceipt {
  return { inFlight: true, record: openFacts(row), hold: holdOf(row, '') };
}

export function usageOf(row: Row): Usage {
  const classes = usageClassesIn(textOrNull(row, 'usage_classes'));
  return {
    inputTokens: count(row, 'input_tokens'),
    cachedInputTokens: count(row, 'cached_input_tokens'),
    cacheWriteTokens: count(row, 'cache_write_tokens'),
    outputTokens: count(row, 'output_tokens'),
    reasoningTokens: count(row, 'reasoning_tokens'),
    source: wordIn(USAGE_SOURCES, row, 'usage_source'),
    ...(classes && { classes }),
  };
}

function openFacts(row: Row): RequestFacts & RouteFacts {
  return {
    requestId: text(row, 'request_id'),
    accountId: text(row, 'account_id'),
    apiKeyId: text(row, 'api_key_id'),
    projectId: textOrNull(row, 'project_id'),
    runId: textOrNull(row, 'run_id'),
    endpoint: text(row, 'endpoint'),
    stream: flag(row, 'stream'),
    requestedModel: textOrNull(row, 'requested_model'),
    createdAt: count(row, 'created_at'),
    routeId: textOrNull(row, 'route_id'),
    routeType: wordInOrNull(ROUTE_TYPES, row, 'route_type'),
    bucket: wordInOrNull(BUCKETS, row, 'bucket'),
    bucketReason: textOrNull(row, 'bucket_reason'),
    primaryChannelId: textOrNull(row, 'primary_channel_id'),
    primaryPriceId: textOrNull(row, 'primary_price_id'),
  };
}

/** All fields by name, not put together from parts: a page of receipts was read in two thirds of the time. */
function recordOf(row: Row): ReceiptRecord {
  const requestId = text(row, 'id');
  const status = wordIn(REQUEST_STATUSES, row, 'status');
  invariant(status !== 'IN_FLIGHT', `the receipt ${requestId} is stored as one in flight`);
  return {
    requestId,
    accountId: text(row, 'account_id'),
    apiKeyId: text(row, 'api_key_id'),
    projectId: textOrNull(row, 'project_id'),
    runId: textOrNull(row, 'run_id'),
    endpoint: text(row, 'endpoint'),
    stream: flag(row, 'stream'),
    requestedModel: textOrNull(row, 'requested_model'),
    createdAt: count(row, 'created_at'),
    routeId: textOrNull(row, 'route_id'),
    routeType: wordInOrNull(ROUTE_TYPES, row, 'route_type'),
    bucket: wordInOrNull(BUCKETS, row, 'bucket'),
    bucketReason: textOrNull(row, 'bucket_reason'),
    primaryChannelId: textOrNull(row, 'primary_channel_id'),
    primaryPriceId: textOrNull(row, 'primary_price_id'),
    status,
    stopReason: wordIn(STOP_REASONS, row, 'stop_reason'),
    settledAt: count(row, 'settled_at'),
    upstreamModel: textOrNull(row, 'upstream_model'),
    reportedModel: textOrNull(row, 'reported_model'),
    finalChannelId: textOrNull(row, 'final_channel_id'),
    priceId: textOrNull(row, 'price_id'),
    retryCount: count(row, 'retry_count'),
    fallbackCount: count(row, 'fallback_count'),
    providerStatus: countOrNull(row, 'provider_status'),
    errorCode: textOrNull(row, 'error_code'),
    errorMessage: textOrNull(row, 'error_message'),
    usage: usageOf(row),
    latencyMs: countOrNull(row, 'latency_ms'),
    timeToFirstTokenMs: countOrNull(row, 'first_token_ms'),
    loweredOutputLimit: countOrNull(row, 'lowered_output_limit'),
    recovered: flag(row, 'recovered'),
    charge: amount(row, 'charge'),
    noChargeReason: textOrNull(row, 'no_charge_reason'),
    holdId: textOrNull(row, 'hold_id'),
    holdAmount: amountOrNull(row, 'hold_amount'),
  };
}

function holdOf(row: Row, prefix: '' | 'held_'): HoldRecord {
  return {
    id: text(row, `${prefix}id`),
    amount: amount(row, `${prefix}amount`),
    state: wordIn(HOLD_STATES, row, `${prefix}state`),
    placedAt: count(row, `${prefix}placed_at`),
    expiresAt: count(row, `${prefix}expires_at`),
    resolvedAt: countOrNull(row, `${prefix}resolved_at`),
  };
}
