/** The columns of the ledger's tables, and the row of each record, in the order of its columns. */
import type { AttemptRecord } from '../../attempts/attempt';
import { usageClassesText } from '../../kernel/classes';
import type { HoldState } from '../../kernel/words';
import type { PlaceHold } from '../../ledger/ledger-store';
import type { ReceiptRecord, RequestFacts, RouteFacts } from '../../ledger/receipt';
import type { Usage } from '../../metering/usage';
import { flag, int, type RowOf, text, time, word } from './sql-values';

const FACT_COLUMNS = [
  'account_id',
  'api_key_id',
  'project_id',
  'run_id',
  'endpoint',
  'stream',
  'requested_model',
  'created_at',
  'route_id',
  'route_type',
  'bucket',
  'bucket_reason',
  'primary_channel_id',
  'primary_price_id',
] as const;

const USAGE_COLUMNS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'usage_source',
] as const;

export const HOLD_COLUMNS = [
  'id',
  'request_id',
  'wallet_id',
  ...FACT_COLUMNS,
  'amount',
  'state',
  'owner',
  'placed_at',
  'expires_at',
  'resolved_at',
] as const;

export const RECEIPT_COLUMNS = [
  'id',
  ...FACT_COLUMNS,
  'status',
  'stop_reason',
  'settled_at',
  'upstream_model',
  'reported_model',
  'final_channel_id',
  'price_id',
  'retry_count',
  'fallback_count',
  'provider_status',
  'error_code',
  'error_message',
  ...USAGE_COLUMNS,
  'latency_ms',
  'first_token_ms',
  'lowered_output_limit',
  'recovered',
  'charge',
  'no_charge_reason',
  'hold_id',
  'hold_amount',
  'transfer_id',
  'batch_id',
  'usage_classes',
] as const;

export const ATTEMPT_COLUMNS = [
  'receipt_id',
  'idx',
  'channel_id',
  'role',
  'retry',
  'status',
  'upstream_model',
  'upstream_request_id',
  'provider_status',
  'error_code',
  'error_message',
  ...USAGE_COLUMNS,
  'started_at',
  'latency_ms',
  'first_token_ms',
  'charge',
  'cost',
  'cost_currency',
  'usage_classes',
  'protocol',
] as const;

export const TRANSFER_COLUMNS = [
  'id',
  'batch_id',
  'kind',
  'currency',
  'debit',
  'credit',
  'amount',
  'wallet_id',
  'batch_rest',
  'hold_id',
  'receipt_id',
  'api_key_id',
  'run_id',
  'external_key',
  'memo',
  'created_at',
] as const;

export const CHANGE_COLUMNS = ['wallet_id', 'seq', 'batch_id', 'at_us', 'posted_delta', 'posted_after', 'held_after'] as const;

export const KEY_COLUMNS = ['id', 'api_key_id', 'body_hash', 'request_id', 'hold_id', 'created_at'] as const;

export const REFUND_COLUMNS = ['receipt_id', 'transfer_id', 'amount'] as const;

export const ANSWER_COLUMNS = ['id', 'sealed', 'expires_at'] as const;

export const BATCH_COLUMNS = ['id', 'owner', 'items', 'created_at'] as const;

/** Filled in when the batch is decided. */
export const HOLD_AMOUNT = HOLD_COLUMNS.indexOf('amount');
export const TRANSFER_BATCH_REST = TRANSFER_COLUMNS.indexOf('batch_rest');

export const HOLD_REQUEST_ID = HOLD_COLUMNS.indexOf('request_id');
export const HOLD_API_KEY_ID = HOLD_COLUMNS.indexOf('api_key_id');
/** Who spends, in a row of `hold`. */
export const SPENDER_AT = (['api_key_id', 'project_id', 'run_id'] as const).map((column) => HOLD_COLUMNS.indexOf(column));

export const RECEIPT_ID = RECEIPT_COLUMNS.indexOf('id');
/** What tells one end of a request from another one of the same request. */
export const END_IDENTITY = ['id', 'status', 'stop_reason', 'settled_at', 'transfer_id'] as const;
export const END_IDENTITY_AT = END_IDENTITY.map((column) => RECEIPT_COLUMNS.indexOf(column));

const OPEN: HoldState = 'OPEN';

function factValues(request: RequestFacts, route: RouteFacts): RowOf<typeof FACT_COLUMNS> {
  return [
    word(request.accountId),
    word(request.apiKeyId),
    word(request.projectId),
    word(request.runId),
    word(request.endpoint),
    flag(request.stream),
    text(request.requestedModel, 200),
    time(request.createdAt),
    text(route.routeId, 220),
    route.routeType,
    route.bucket,
    text(route.bucketReason, 300),
    word(route.primaryChannelId),
    text(route.primaryPriceId, 300),
  ];
}

function usageValues(usage: Usage): RowOf<typeof USAGE_COLUMNS> {
  return [
    int(usage.inputTokens),
    int(usage.cachedInputTokens),
    int(usage.cacheWriteTokens),
    int(usage.outputTokens),
    int(usage.reasoningTokens),
    usage.source,
  ];
}

/** An open hold of the full amount; what is granted is set at `HOLD_AMOUNT` when the batch is decided. */
export function holdRow(item: PlaceHold, owner: string): RowOf<typeof HOLD_COLUMNS> {
  return [
    item.holdId,
    item.request.requestId,
    item.walletId,
    ...factValues(item.request, item.route),
    item.amount,
    OPEN,
    owner,
    time(item.placedAt),
    time(item.expiresAt),
    null,
  ];
}

export function receiptRow(receipt: ReceiptRecord, transferId: string | null, batchId: string): RowOf<typeof RECEIPT_COLUMNS> {
  return [
    receipt.requestId,
    ...factValues(receipt, receipt),
    receipt.status,
    receipt.stopReason,
    time(receipt.settledAt),
    text(receipt.upstreamModel, 200),
    text(receipt.reportedModel, 200),
    word(receipt.finalChannelId),
    text(receipt.priceId, 300),
    int(receipt.retryCount),
    int(receipt.fallbackCount),
    int(receipt.providerStatus),
    text(receipt.errorCode, 100),
    text(receipt.errorMessage, 500),
    ...usageValues(receipt.usage),
    int(receipt.latencyMs),
    int(receipt.timeToFirstTokenMs),
    int(receipt.loweredOutputLimit),
    flag(receipt.recovered),
    receipt.charge,
    text(receipt.noChargeReason, 300),
    receipt.holdId,
    receipt.holdAmount,
    transferId,
    batchId,
    usageClassesText(receipt.usage.classes),
  ];
}

export function attemptRow(receiptId: string, attempt: AttemptRecord, charge: bigint): RowOf<typeof ATTEMPT_COLUMNS> {
  return [
    receiptId,
    int(attempt.index),
    word(attempt.channelId),
    attempt.role,
    int(attempt.retry),
    attempt.status,
    text(attempt.upstreamModel, 200),
    text(attempt.upstreamRequestId, 200),
    int(attempt.providerStatus),
    text(attempt.errorCode, 100),
    text(attempt.errorMessage, 500),
    ...usageValues(attempt.usage),
    time(attempt.startedAt),
    int(attempt.latencyMs),
    int(attempt.timeToFirstTokenMs),
    charge,
    attempt.cost?.amount ?? null,
    attempt.cost?.currency ?? null,
    usageClassesText(attempt.usage.classes),
    attempt.protocol ?? null,
  ];
}
