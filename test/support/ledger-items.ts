/** Items for the ledger, complete and plausible, of which a test says only what it is about. */
import type { AttemptRecord } from '../../src/attempts/attempt';
import { newId } from '../../src/kernel/ids';
import { type Nano, nano } from '../../src/kernel/money';
import type { Bucket } from '../../src/kernel/words';
import { currencyOf } from '../../src/kernel/words';
import type { EndRequest, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import type { ReceiptRecord, RequestFacts, RouteFacts } from '../../src/ledger/receipt';
import { walletId } from '../../src/ledger/wallet';
import type { TestDatabase } from './databases';

const NOW = 1_790_000_000_000;

export function requestFacts(accountId: string, over: Partial<RequestFacts> = {}): RequestFacts {
  return {
    requestId: newId(),
    accountId,
    apiKeyId: `${accountId}-key`,
    projectId: 'bots',
    runId: null,
    endpoint: '/v1/chat/completions',
    stream: false,
    requestedModel: 'gpt-5-mini',
    createdAt: NOW,
    ...over,
  };
}

export function routeFacts(bucket: Bucket): RouteFacts {
  const type = bucket === 'RMB' ? 'ORDINARY' : 'OFFICIAL';
  return {
    routeId: `gpt-5-mini:${type}`,
    routeType: type,
    bucket,
    bucketReason: `The key's policy is ${type}_ONLY. ${type} routes pay from ${bucket}.`,
    primaryChannelId: 'cheap-a',
    primaryPriceId: 'gpt-5-mini:ORDINARY@1',
  };
}

export function place(accountId: string, amount: bigint, over: Partial<PlaceHold> = {}, bucket: Bucket = 'RMB'): PlaceHold {
  return {
    kind: 'place',
    holdId: newId(),
    walletId: walletId(accountId, bucket),
    request: requestFacts(accountId),
    route: routeFacts(bucket),
    amount,
    atLeast: amount,
    placedAt: NOW,
    expiresAt: NOW + 600_000,
    replaces: null,
    ceilings: [],
    idempotence: null,
    ...over,
  };
}

export function attempt(over: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    index: 0,
    channelId: 'cheap-a',
    protocol: 'openai',
    role: 'PRIMARY',
    retry: 0,
    status: 'SUCCEEDED',
    upstreamModel: 'gpt-5-mini-2025-08-07',
    upstreamRequestId: 'req_0123456789',
    providerStatus: 200,
    errorCode: null,
    errorMessage: null,
    usage: { inputTokens: 900, cachedInputTokens: 100, cacheWriteTokens: 0, outputTokens: 300, reasoningTokens: 64, source: 'PROVIDER' },
    startedAt: NOW + 3,
    latencyMs: 812.4,
    timeToFirstTokenMs: 201.9,
    cost: null,
    ...over,
  };
}

function receiptOf(hold: PlaceHold, granted: bigint, charge: bigint): ReceiptRecord {
  return {
    ...hold.request,
    ...hold.route,
    status: 'SUCCEEDED',
    stopReason: 'COMPLETED',
    settledAt: NOW + 900,
    upstreamModel: 'gpt-5-mini-2025-08-07',
    reportedModel: 'gpt-5-mini',
    finalChannelId: 'cheap-a',
    priceId: 'gpt-5-mini:ORDINARY@1',
    retryCount: 0,
    fallbackCount: 0,
    providerStatus: 200,
    errorCode: null,
    errorMessage: null,
    usage: attempt().usage,
    latencyMs: 830,
    timeToFirstTokenMs: 210,
    loweredOutputLimit: null,
    recovered: false,
    charge: nano(charge),
    noChargeReason: charge === 0n ? 'Nothing was delivered.' : null,
    holdId: hold.holdId,
    holdAmount: nano(granted),
  };
}

/** The end of a hold, of which `granted` was granted (all of it, unless told). Settles when it charges. */
export function end(hold: PlaceHold, charge: bigint, over: Partial<EndRequest> = {}, granted = hold.amount): EndRequest {
  return {
    kind: 'end',
    hold: { holdId: hold.holdId, walletId: hold.walletId, amount: granted, placedAt: hold.placedAt, settles: charge > 0n },
    receipt: receiptOf(hold, granted, charge),
    attempts: [attempt()],
    chargedAttempt: charge > 0n ? 0 : null,
    transferId: charge > 0n ? newId() : null,
    overage: nano(0n),
    overageTransferId: null,
    answer: null,
    ...over,
  };
}

/** A refusal that held nothing. */
export function refusal(accountId: string): EndRequest {
  const hold = place(accountId, 0n);
  const receipt: ReceiptRecord = { ...receiptOf(hold, 0n, 0n), status: 'FAILED', stopReason: 'REFUSED', holdId: null, holdAmount: null };
  return { ...end(hold, 0n), hold: null, receipt, attempts: [] };
}

export function move(accountId: string, amount: bigint, over: Partial<MoveMoney> = {}, bucket: Bucket = 'RMB'): MoveMoney {
  return {
    kind: 'move',
    transferId: newId(),
    entryKind: amount < 0n ? 'ADJUSTMENT' : 'TOP_UP',
    walletId: walletId(accountId, bucket),
    currency: currencyOf(bucket),
    amount,
    externalKey: newId(),
    receiptId: null,
    redemptionCodeId: null,
    memo: null,
    createdAt: NOW,
    ...over,
  };
}

export function overage(amount: bigint): Pick<EndRequest, 'overage' | 'overageTransferId'> {
  return { overage: nano(amount) as Nano, overageTransferId: newId() };
}

/** An account's two empty wallets. */
export async function addWallets(database: TestDatabase, accountId: string): Promise<void> {
  const row = (bucket: Bucket) => `('${walletId(accountId, bucket)}', '${accountId}', '${bucket}', '${currencyOf(bucket)}', 0, 0, 0, 0)`;
  await database.query(
    `INSERT INTO wallet (id, account_id, bucket, currency, posted, held, seq, changed_at_us) VALUES ${row('RMB')}, ${row('CREDIT')}`,
  );
}

/** The statement that adds a key of `acme`, as plain as a key can be. */
export function keyRow(id: string): string {
  return `INSERT INTO api_key (id, account_id, name, prefix, status, route_policy, cross_bucket_fallback, limits, created_at)
    VALUES ('${id}', 'acme', 'key', 'sk-tf-', 'ACTIVE', 'ORDINARY_ONLY', 0, '{}', 1)`;
}
