/** Receipts, attempts, keys and entries for tests, from the few things that a test cares about. */

import { nano } from '../../src/kernel/money';
import type { ApiKey } from '../../src/keys/api-key';
import type { AttemptOfReceipt, HoldRecord, ReadableReceipt, ReceiptRecord, RequestFacts, RouteFacts } from '../../src/ledger/receipt';
import type { LedgerEntry } from '../../src/ledger/wallet';
import { NO_USAGE, type Usage } from '../../src/metering/usage';
import { aKey as anyKey } from './key-builders';

const AT = Date.UTC(2026, 2, 1, 12);

export function aKey(id: string, overrides: Partial<ApiKey> = {}): ApiKey {
  return anyKey({ id, projectId: null, name: id, prefix: `sk-tf-${id}…`, createdAt: AT, ...overrides });
}

export function aUsage(inputTokens: number, outputTokens: number, overrides: Partial<Usage> = {}): Usage {
  return { ...NO_USAGE, inputTokens, outputTokens, source: 'PROVIDER', ...overrides };
}

export function aRequest(id: string, overrides: Partial<RequestFacts & RouteFacts> = {}): RequestFacts & RouteFacts {
  return {
    requestId: id,
    accountId: 'acme',
    apiKeyId: 'chat',
    projectId: null,
    runId: null,
    endpoint: '/v1/chat/completions',
    stream: false,
    requestedModel: 'm',
    createdAt: AT,
    routeId: 'm:ORDINARY',
    routeType: 'ORDINARY',
    bucket: 'RMB',
    bucketReason: 'The key pays from RMB.',
    primaryChannelId: 'a',
    primaryPriceId: 'm:ORDINARY#1',
    ...overrides,
  };
}

export function aRecord(id: string, overrides: Partial<ReceiptRecord> = {}): ReceiptRecord {
  return {
    ...aRequest(id),
    status: 'SUCCEEDED',
    stopReason: 'COMPLETED',
    settledAt: AT + 900,
    upstreamModel: 'm-upstream',
    reportedModel: 'm-reported',
    finalChannelId: 'a',
    priceId: 'm:ORDINARY#1',
    retryCount: 0,
    fallbackCount: 0,
    providerStatus: 200,
    errorCode: null,
    errorMessage: null,
    usage: aUsage(7, 3),
    latencyMs: 900,
    timeToFirstTokenMs: 120,
    loweredOutputLimit: null,
    recovered: false,
    charge: nano(19_000n),
    noChargeReason: null,
    holdId: `${id}-hold`,
    holdAmount: nano(1_000_000n),
    ...overrides,
  };
}

export function aHold(overrides: Partial<HoldRecord> = {}): HoldRecord {
  return {
    id: 'hold',
    amount: nano(1_000_000n),
    state: 'SETTLED',
    placedAt: AT,
    expiresAt: AT + 600_000,
    resolvedAt: AT + 900,
    ...overrides,
  };
}

export function settled(record: ReceiptRecord, hold: HoldRecord | null = aHold()): ReadableReceipt {
  return { inFlight: false, record, hold };
}

export function inFlight(record: RequestFacts & RouteFacts): ReadableReceipt {
  return { inFlight: true, record, hold: aHold({ state: 'OPEN', resolvedAt: null }) };
}

export function anAttempt(receiptId: string, index: number, overrides: Partial<AttemptOfReceipt> = {}): AttemptOfReceipt {
  return {
    receiptId,
    index,
    channelId: 'a',
    role: 'PRIMARY',
    retry: 0,
    status: 'SUCCEEDED',
    upstreamModel: 'm-upstream',
    upstreamRequestId: null,
    providerStatus: 200,
    errorCode: null,
    errorMessage: null,
    usage: NO_USAGE,
    startedAt: AT,
    latencyMs: 100,
    timeToFirstTokenMs: null,
    charge: nano(0n),
    cost: null,
    ...overrides,
  };
}

export function anEntry(id: string, overrides: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id,
    walletId: 'acme:RMB',
    bucket: 'RMB',
    batchId: `${id}-batch`,
    kind: 'CHARGE',
    amount: nano(-19_000n),
    balanceBefore: nano(1_000_000n),
    balanceAfter: nano(981_000n),
    apiKeyId: 'chat',
    receiptId: null,
    runId: null,
    memo: null,
    createdAt: AT,
    cursor: `${id}-cursor`,
    ...overrides,
  };
}
