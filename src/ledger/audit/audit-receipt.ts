/** The rules of one receipt: its charge is the price version applied to the usage, and everything that bears it agrees. */
import { usageClassesIn } from '../../kernel/classes';
import { sumOf } from '../../kernel/lists';
import { type Nano, nano, storable } from '../../kernel/money';
import { pricedApartIn } from '../../kernel/priced-apart';
import { BUCKETS, bucketOf, ROUTE_TYPES } from '../../kernel/words';
import type { PriceTerms } from '../../metering/price-terms';
import type { Usage } from '../../metering/usage';
import { currencyOfBucket } from './audit-transfer';
import { broken, type Finding, type Rule } from './finding';
import type { Row } from './tables';

/** The one formula of charges: `metering/charge.ts`. */
export type ChargeFor = (usage: Usage, price: PriceTerms) => bigint;

/** The rows that a receipt has to fit to. */
export interface AroundReceipt {
  readonly hold: Row<'hold'> | undefined;
  readonly transfer: Row<'transfer'> | undefined;
  readonly attempts: readonly Row<'attempt'>[];
  readonly refunds: readonly Row<'refund'>[];
  readonly price: Row<'price'> | undefined;
  /** What the house bears of it, between its own accounts; null: not known here. */
  readonly losses: readonly Row<'transfer'>[] | null;
}

export function auditReceipt(receipt: Row<'receipt'>, around: AroundReceipt, chargeFor: ChargeFor): Finding[] {
  const { id, accountId, bucket, charge } = receipt;
  const borne = sumOf(around.attempts.map((attempt) => attempt.charge));
  const refunded = sumOf(around.refunds.map((refund) => refund.amount));
  const { transfer, hold } = around;
  const namedWalletId = bucket === null ? null : `${accountId}:${bucket}`;
  // Whoever paid hears of it, also where the receipt was edited to be somebody else's.
  const walletId = transfer?.walletId ?? hold?.walletId ?? namedWalletId;
  return broken({ row: `receipt ${id}`, walletId, namedWalletId, entryId: receipt.transferId }, [
    ['I14', bucketFits(receipt), `its route is of the type ${receipt.routeType}, and it pays from ${bucket}`],
    ['I13', borne === charge, `its attempts bear ${borne} of a charge of ${charge}`],
    ['I17', refunded <= charge, `${refunded} was given back of a charge of ${charge}`],
    ...ofTransfer(receipt, around),
    ...ofHold(receipt, around),
    ...ofPrice(receipt, around, chargeFor),
  ]);
}

function ofTransfer({ id, charge, transferId, holdId, batchId, accountId, bucket }: Row<'receipt'>, { transfer }: AroundReceipt): Rule[] {
  if (transferId === null || transfer === undefined) {
    return [['I5', charge === 0n && transferId === null, `it says ${charge}, and the charge ${transferId ?? ''} is not there`]];
  }
  const { amount, walletId } = transfer;
  return [
    ['I5', amount === charge, `it says ${charge}, the transfer ${transferId} is of ${amount}`],
    ['I5', transfer.receiptId === id && transfer.holdId === holdId, `the transfer ${transferId} is of another receipt or hold`],
    ['I14', walletId === `${accountId}:${bucket}`, `it is of ${accountId} in ${bucket}, and ${walletId} pays`],
    ['I9', batchId === null || transfer.batchId === batchId, `it was written in another batch than its charge ${transferId}`],
  ];
}

function ofHold(receipt: Row<'receipt'>, { hold }: AroundReceipt): Rule[] {
  const { id, charge, holdId, holdAmount, accountId, bucket } = receipt;
  if (holdId === null) return [['I5', charge === 0n && holdAmount === null, `it says ${charge}, and nothing was held`]];
  if (hold === undefined) return [['I5', false, `its hold ${holdId} is not there`]];
  return [
    ['I5', hold.requestId === id, `its hold ${holdId} is of the request ${hold.requestId}`],
    ['I14', hold.walletId === `${accountId}:${bucket}`, `it is of ${accountId} in ${bucket}, and its hold ${holdId} of ${hold.walletId}`],
    // Counters of spend go by what holds say, and no seal covers those.
    ['I15', spenderOf(hold) === spenderOf(receipt), `it is spent by ${spenderOf(receipt)}, its hold ${holdId} by ${spenderOf(hold)}`],
    ['I5', hold.amount === holdAmount, `it says that ${holdAmount} was held, the hold ${holdId} is of ${hold.amount}`],
    ['I6', charge <= hold.amount, `it charges ${charge}, and only ${hold.amount} was held`],
    ['I5', charge === 0n || hold.state === 'SETTLED', `it charges ${charge}, and its hold ${holdId} is ${hold.state}`],
  ];
}

/** Whose counters of spend it is in. */
function spenderOf({ apiKeyId, projectId, runId }: Pick<Row<'receipt'>, 'apiKeyId' | 'projectId' | 'runId'>): string {
  return `the key ${apiKeyId}, the project ${projectId ?? '-'} and the run ${runId ?? '-'}`;
}

function ofPrice(receipt: Row<'receipt'>, { price, losses }: AroundReceipt, chargeFor: ChargeFor): Rule[] {
  const { charge, usageSource, priceId, holdAmount } = receipt;
  if (usageSource === 'NONE') return [['I13', charge === 0n, `it charges ${charge}, and nothing was used`]];
  if (price === undefined) return [['I13', charge === 0n && priceId === null, `its price version ${priceId} is not there`]];
  const usage = usageOf(receipt);
  if (usage === undefined) return [['I13', false, 'its usage is not possible: parts are larger than their whole, or no counts']];
  const terms = termsOf(price);
  if (terms === undefined) return [['I13', false, `its price version ${priceId} is none: what it has apart are no amounts`]];
  const full = chargeFor(usage, terms);
  const due = holdAmount === null || full < holdAmount ? full : holdAmount;
  const loss = storable(nano(full - due));
  const borne = sumOf((losses ?? []).map(({ amount }) => amount));
  return [
    [
      'I13',
      isPriceOf(receipt, price),
      `its price ${priceId} is one of ${price.routeId}${price.channelId === null ? '' : ` on ${price.channelId}`}`,
    ],
    ['I13', charge === due, `it charges ${charge}, its usage at the price ${priceId} makes ${due}`],
    ['I6', losses === null || borne === loss, `${loss} is above its hold, and the house bears ${borne}`],
    [
      'I14',
      price.currency === currencyOfBucket(receipt.bucket),
      `its price ${priceId} is in ${price.currency}, and ${receipt.bucket} pays`,
    ],
  ];
}

/** A price is for a route, or for one channel of it: that of another one would be as well applied. */
function isPriceOf({ routeId, finalChannelId }: Row<'receipt'>, price: Row<'price'>): boolean {
  return price.routeId === routeId && (price.channelId === null || price.channelId === finalChannelId);
}

function bucketFits({ routeType, bucket }: Row<'receipt'>): boolean {
  if (bucket === null || routeType === null) return bucket === null && routeType === null;
  const type = ROUTE_TYPES.find((each) => each === routeType);
  return type !== undefined && BUCKETS.some((each) => each === bucket) && bucketOf(type) === bucket;
}

function usageOf(receipt: Row<'receipt'>): Usage | undefined {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = receipt;
  const fresh = inputTokens - cachedInputTokens - cacheWriteTokens;
  if ([fresh, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens].some((tokens) => tokens < 0n)) return undefined;
  const classes = readable(receipt.usageClasses, usageClassesIn);
  if (classes === undefined) return undefined;
  const count = (tokens: bigint) => Number.parseInt(String(tokens), 10);
  return {
    inputTokens: count(inputTokens),
    cachedInputTokens: count(cachedInputTokens),
    cacheWriteTokens: count(cacheWriteTokens),
    outputTokens: count(outputTokens),
    reasoningTokens: count(reasoningTokens),
    source: 'PROVIDER',
    classes: classes ?? {},
  };
}

/** Null: nothing stands there; undefined: what stands there was not written by a gateway. */
function readable<T>(text: string | null, read: (text: string | null) => T | undefined): T | null | undefined {
  try {
    return read(text) ?? null;
  } catch {
    return undefined;
  }
}

function termsOf(price: Row<'price'>): PriceTerms | undefined {
  const apart = readable(price.classes, pricedApartIn);
  if (apart === undefined) return undefined;
  const orNull = (amount: bigint | null): Nano | null => (amount === null ? null : nano(amount));
  return {
    input: nano(price.input),
    cachedInput: orNull(price.cachedInput),
    cacheWrite: orNull(price.cacheWrite),
    output: nano(price.output),
    perRequest: orNull(price.perRequest),
    multiplier: price.multiplier,
    ...apart,
  };
}
