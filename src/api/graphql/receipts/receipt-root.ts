/** A receipt as the resolvers pass it on: what the record alone says. The rest is loaded when it is asked for. */
import { type AttemptView, modelOf, nextStepAfter, type ReceiptView, viewReceipt } from '../../../gateway/views/receipt-view';
import { currencyOf } from '../../../kernel/words';
import type { ReadableReceipt } from '../../../ledger/receipt';
import type { LedgerEntry } from '../../../ledger/wallet';
import { aliasReason } from '../../../routing/model-names';
import type { ReceiptLoaders } from './receipt.loader';

type Loaded = 'price' | 'lines' | 'fallbackDelta' | 'attempts';

export type ReceiptRoot = Omit<ReceiptView, Loaded> & {
  readonly id: string;
  readonly readable: ReadableReceipt;
  /** What was read for the whole page at once; null: it is read when it is asked for. */
  readonly read: ReadBeforehand | null;
};

/** A page that is complete costs no promise for each of its nodes. */
export interface ReadBeforehand {
  readonly attempts: readonly AttemptView[] | null;
  readonly entries: readonly LedgerEntry[] | null;
}

export function receiptRoot(readable: ReadableReceipt, read: ReadBeforehand | null = null): ReceiptRoot {
  if (!readable.inFlight) return settledRoot(readable, read);
  const view = viewReceipt({ receipt: readable, attempts: [], prices: new Map() });
  return Object.assign(view, { id: view.requestId, readable, read });
}

/** The one of a node that may name a receipt; null: it names none, or one that the viewer does not see. */
export async function namedReceipt(receipts: Pick<ReceiptLoaders, 'receipt'>, id: string | null): Promise<ReceiptRoot | null> {
  const receipt = id === null ? null : await receipts.receipt(id);
  return receipt === null ? null : receiptRoot(receipt);
}

/** All fields by name, not copied from the record: of forty fields, that is several times as fast. */
function settledRoot(readable: ReadableReceipt & { readonly inFlight: false }, read: ReadBeforehand | null): ReceiptRoot {
  const { record, hold } = readable;
  const model = modelOf(record);
  return {
    id: record.requestId,
    readable,
    read,
    hold,
    currency: record.bucket === null ? null : currencyOf(record.bucket),
    nextStep: nextStepAfter(record),
    model,
    modelReason: aliasReason(record.requestedModel, model),
    requestId: record.requestId,
    accountId: record.accountId,
    apiKeyId: record.apiKeyId,
    projectId: record.projectId,
    runId: record.runId,
    endpoint: record.endpoint,
    stream: record.stream,
    requestedModel: record.requestedModel,
    createdAt: record.createdAt,
    routeId: record.routeId,
    routeType: record.routeType,
    bucket: record.bucket,
    bucketReason: record.bucketReason,
    primaryChannelId: record.primaryChannelId,
    primaryPriceId: record.primaryPriceId,
    status: record.status,
    stopReason: record.stopReason,
    settledAt: record.settledAt,
    upstreamModel: record.upstreamModel,
    reportedModel: record.reportedModel,
    finalChannelId: record.finalChannelId,
    priceId: record.priceId,
    retryCount: record.retryCount,
    fallbackCount: record.fallbackCount,
    providerStatus: record.providerStatus,
    errorCode: record.errorCode,
    errorMessage: record.errorMessage,
    usage: record.usage,
    latencyMs: record.latencyMs,
    timeToFirstTokenMs: record.timeToFirstTokenMs,
    loweredOutputLimit: record.loweredOutputLimit,
    recovered: record.recovered,
    charge: record.charge,
    noChargeReason: record.noChargeReason,
  };
}
