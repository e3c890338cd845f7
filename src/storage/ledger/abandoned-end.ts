/** How a request ends whose gateway died, from what its hold and its checkpoint know. */
import { newId } from '../../kernel/ids';
import { nano } from '../../kernel/money';
import type { Bucket, RouteType } from '../../kernel/words';
import type { Checkpoint, EndRequest, OpenHold } from '../../ledger/ledger-store';
import type { RequestFacts, RouteFacts } from '../../ledger/receipt';
import { NO_USAGE } from '../../metering/usage';
import { HOLD_COLUMNS } from './rows';

/**
 * A row of `hold` in the order of `HOLD_COLUMNS`, as either driver reads it. Its values are taken whatever they are, and not as
 * `sql/stored-values` reads them: one that was altered by hand must not keep the other holds from being ended.
 */
export type HoldValues = readonly (string | bigint | number | null)[];

export function holdOf(row: HoldValues): OpenHold {
  const read = reader(row);
  return {
    holdId: read.word('id'),
    walletId: read.word('wallet_id'),
    amount: read.amount('amount'),
    placedAt: read.number('placed_at'),
  };
}

/** Why nobody ends a request as it ended. */
interface Abandoned {
  readonly request: string;
  readonly answer: string;
}
export const STOPPED: Abandoned = {
  request: 'The gateway stopped before the request ended',
  answer: 'The gateway stopped before the answer ended',
};
/** A replica took over that had heard of the hold and not of its end. */
export const LOST: Abandoned = { request: 'The database lost how the request ended', answer: 'The database lost how the answer ended' };

/** The end of a request whose gateway died, from what its hold knows. */
export function abandonedEnd(row: HoldValues, at: number, why = STOPPED): EndRequest {
  const read = reader(row);
  const hold = holdOf(row);
  return {
    kind: 'end',
    hold: { ...hold, settles: false },
    receipt: {
      ...requestFacts(read),
      ...routeFacts(read),
      status: 'ABANDONED',
      stopReason: 'GATEWAY_CRASH',
      settledAt: at,
      upstreamModel: null,
      reportedModel: null,
      finalChannelId: null,
      priceId: null,
      retryCount: 0,
      fallbackCount: 0,
      providerStatus: null,
      errorCode: 'gateway_crashed',
      errorMessage: `${why.request}.`,
      usage: NO_USAGE,
      latencyMs: null,
      timeToFirstTokenMs: null,
      loweredOutputLimit: null,
      recovered: true,
      charge: nano(0n),
      noChargeReason: `${why.request}, so nothing was charged and the held amount was given back.`,
      holdId: hold.holdId,
      holdAmount: nano(hold.amount),
    },
    attempts: [],
    chargedAttempt: null,
    transferId: null,
    overage: nano(0n),
    overageTransferId: null,
    answer: null,
  };
}

/** The same end, at what its checkpoint says was delivered. */
export function recoveredEnd(end: EndRequest, hold: OpenHold, checkpoint: Checkpoint, why = STOPPED): EndRequest {
  const { charge, overage = nano(0n), progress, attempts } = checkpoint;
  // Named one by one: what else stands in the stored text must decide on nothing.
  const delivered: Checkpoint['progress'] = {
    upstreamModel: progress.upstreamModel,
    reportedModel: progress.reportedModel,
    finalChannelId: progress.finalChannelId,
    priceId: progress.priceId,
    retryCount: progress.retryCount,
    fallbackCount: progress.fallbackCount,
    providerStatus: progress.providerStatus,
    usage: progress.usage,
    timeToFirstTokenMs: progress.timeToFirstTokenMs,
    loweredOutputLimit: progress.loweredOutputLimit,
  };
  return {
    ...end,
    hold: { ...hold, settles: true },
    receipt: {
      ...end.receipt,
      ...delivered,
      errorMessage: `${why.answer}.`,
      charge,
      noChargeReason: charge > 0n ? null : 'What was delivered before the gateway stopped used nothing that has a price.',
    },
    attempts,
    chargedAttempt: charge > 0n ? attempts.length - 1 : null,
    transferId: charge > 0n ? newId() : null,
    overage,
    overageTransferId: overage > 0n ? newId() : null,
  };
}

type Column = (typeof HOLD_COLUMNS)[number];
type Reader = ReturnType<typeof reader>;

function reader(row: HoldValues) {
  const value = (column: Column) => row[HOLD_COLUMNS.indexOf(column)] ?? null;
  const wordOrNull = (column: Column) => {
    const found = value(column);
    return found === null ? null : String(found);
  };
  return {
    wordOrNull,
    word: (column: Column) => wordOrNull(column) ?? '',
    amount: (column: Column) => BigInt(value(column) ?? 0),
    number: (column: Column) => Number(value(column)),
  };
}

function requestFacts(read: Reader): RequestFacts {
  return {
    requestId: read.word('request_id'),
    accountId: read.word('account_id'),
    apiKeyId: read.word('api_key_id'),
    projectId: read.wordOrNull('project_id'),
    runId: read.wordOrNull('run_id'),
    endpoint: read.word('endpoint'),
    stream: read.number('stream') === 1,
    requestedModel: read.wordOrNull('requested_model'),
    createdAt: read.number('created_at'),
  };
}

function routeFacts(read: Reader): RouteFacts {
  return {
    routeId: read.wordOrNull('route_id'),
    routeType: read.wordOrNull('route_type') as RouteType | null,
    bucket: read.wordOrNull('bucket') as Bucket | null,
    bucketReason: read.wordOrNull('bucket_reason'),
    primaryChannelId: read.wordOrNull('primary_channel_id'),
    primaryPriceId: read.wordOrNull('primary_price_id'),
  };
}
