/** The receipt as JSON, with the names of the graph's `Receipt`: amounts are decimal strings, instants RFC 3339 in UTC. */
import type { LoadedReceipt } from '../../gateway/views/load-receipt';
import { type AttemptView, type ReceiptView, spokenBy } from '../../gateway/views/receipt-view';
import { USAGE_CLASSES } from '../../kernel/classes';
import { formatDecimal } from '../../kernel/money';
import { instant } from '../../kernel/times';
import { currencyOf } from '../../kernel/words';
import { type ApiKey, keyStatus } from '../../keys/api-key';
import type { HoldRecord } from '../../ledger/receipt';
import type { LedgerEntry } from '../../ledger/wallet';
import type { ChargeLine } from '../../metering/charge';
import type { Usage } from '../../metering/usage';
import type { HealthWord } from '../../routing/health/health-report';
import { orNull } from './or-null';
import { priceJson } from './price-json';
import type { RunOfReceipt } from './run-of-receipt';

/** What is written as the view has it. */
const AS_THEY_ARE = [
  ...(['endpoint', 'stream', 'status', 'stopReason'] as const),
  ...(['requestedModel', 'model', 'modelReason', 'upstreamModel', 'reportedModel', 'routeType'] as const),
  ...(['retryCount', 'fallbackCount', 'providerStatus', 'errorCode', 'errorMessage'] as const),
  ...(['latencyMs', 'timeToFirstTokenMs', 'loweredOutputLimit', 'recovered'] as const),
] satisfies readonly (keyof ReceiptView)[];

export function receiptJson(
  loaded: LoadedReceipt,
  { researchRun, agentRun }: RunOfReceipt,
  now: number,
  healthOf: (channelId: string) => HealthWord,
): object {
  const { view } = loaded;
  const channel = (id: string) => ({ ...channelJson(loaded, id), health: healthOf(id) });
  return {
    id: view.requestId,
    createdAt: instant(view.createdAt),
    settledAt: orNull(view.settledAt, instant),
    apiKey: orNull(loaded.key, (key) => keyJson(key, now)),
    project: orNull(loaded.project, ({ id, name }) => ({ id, name })),
    researchRun,
    agentRun,
    ...Object.fromEntries(AS_THEY_ARE.map((name) => [name, view[name]])),
    primaryChannel: orNull(view.primaryChannelId, channel),
    finalChannel: orNull(view.finalChannelId, channel),
    usage: usageJson(view.usage),
    price: orNull(view.price, (price) => priceJson(price, view.currency)),
    hold: orNull(view.hold, holdJson),
    ...moneyJson(view),
    attempts: view.attempts.map((attempt) => attemptJson(attempt, channel)),
    ledgerEntries: loaded.entries.map(entryJson),
    nextStep: view.nextStep,
  };
}

function moneyJson(view: ReceiptView): object {
  return {
    bucket: view.bucket,
    currency: view.currency,
    bucketReason: view.bucketReason,
    charge: formatDecimal(view.charge),
    noChargeReason: view.noChargeReason,
    lines: view.lines.map(lineJson),
    fallbackDelta: orNull(view.fallbackDelta, formatDecimal),
  };
}

function keyJson(key: ApiKey, now: number): object {
  const { id, name, prefix, routePolicy, crossBucketFallback, allowedModels } = key;
  const times = { createdAt: instant(key.createdAt), expiresAt: orNull(key.expiresAt, instant) };
  return { id, name, prefix, status: keyStatus(key, now), routePolicy, crossBucketFallback, allowedModels, ...times };
}

/** As it is now, but for what it spoke then. One that has left the catalog still has its id. Its address is the operator's alone. */
function channelJson({ channels, view }: LoadedReceipt, id: string): object {
  const known = channels.get(id);
  const status = known?.enabled === true ? 'ENABLED' : 'DISABLED';
  const protocol = spokenBy(id, view.attempts) ?? known?.protocol ?? 'unknown';
  return { id, name: known?.name ?? id, protocol, baseUrl: null, status };
}

function usageJson({ classes, ...usage }: Usage): object {
  return { ...usage, classes: classes ? Object.fromEntries(USAGE_CLASSES.map((name) => [name, classes[name] ?? null])) : null };
}

function holdJson(hold: HoldRecord): object {
  return {
    amount: formatDecimal(hold.amount),
    state: hold.state,
    placedAt: instant(hold.placedAt),
    expiresAt: instant(hold.expiresAt),
    resolvedAt: orNull(hold.resolvedAt, instant),
  };
}

function lineJson({ label, tokens, unitPrice, amount }: ChargeLine): object {
  return { label, tokens, unitPrice: orNull(unitPrice, formatDecimal), amount: formatDecimal(amount) };
}

function attemptJson(attempt: AttemptView, channel: (id: string) => object): object {
  const { id, index, role, retry, status, upstreamModel, upstreamRequestId, providerStatus, errorCode, errorMessage } = attempt;
  const { latencyMs, timeToFirstTokenMs, chargeReason, protocol = null } = attempt;
  const usage = usageJson(attempt.usage);
  return {
    ...{ id, index, channel: channel(attempt.channelId), protocol, role, retry, status, upstreamModel, upstreamRequestId },
    ...{ providerStatus, errorCode, errorMessage, usage, startedAt: instant(attempt.startedAt), latencyMs, timeToFirstTokenMs },
    ...{ charge: formatDecimal(attempt.charge), chargeReason },
  };
}

function entryJson(entry: LedgerEntry): object {
  return {
    id: entry.id,
    wallet: { id: entry.walletId, bucket: entry.bucket, currency: currencyOf(entry.bucket) },
    cursor: entry.cursor,
    transactionId: entry.id,
    kind: entry.kind,
    amount: formatDecimal(entry.amount),
    balanceBefore: formatDecimal(entry.balanceBefore),
    balanceAfter: formatDecimal(entry.balanceAfter),
    memo: entry.memo,
    createdAt: instant(entry.createdAt),
  };
}
