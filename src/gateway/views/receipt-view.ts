/**
 * A receipt as people read it: the facts that were written, and what follows from them (lines, the cost of a fallback,
 * why something cost nothing, what to do next). REST and the graph both render this one view.
 */

import type { AttemptRecord } from '../../attempts/attempt';
import { mayPass } from '../../attempts/failure-classes';
import { counted } from '../../kernel/counted';
import { FAULT_RULES, type FaultCode } from '../../kernel/fault-codes';
import { lengthWords, longPromptFor } from '../../kernel/long-prompts';
import { formatDecimal, minNano, type Nano, nano, subtractNano } from '../../kernel/money';
import { type Currency, currencyOf, type RequestStatus } from '../../kernel/words';
import type {
  AttemptOfReceipt,
  EndFacts,
  HoldRecord,
  ReadableReceipt,
  ReceiptRecord,
  RequestFacts,
  RouteFacts,
} from '../../ledger/receipt';
import { type ChargeLine, chargeFor, chargeLines } from '../../metering/charge';
import { NO_USAGE, type Usage } from '../../metering/usage';
import type { PriceVersion, Protocol } from '../../routing/catalog';
import { aliasReason } from '../../routing/model-names';
import { usageBesideTokens } from './usage-beside-tokens';

type Unended = Omit<
  { [Field in keyof EndFacts]: EndFacts[Field] | null },
  'status' | 'charge' | 'usage' | 'retryCount' | 'fallbackCount' | 'recovered'
>;

/** Fields that only an ended request has are null while it is in flight; counts and amounts are zero. */
export type ReceiptView = RequestFacts &
  RouteFacts &
  Unended & {
    readonly status: RequestStatus;
    readonly retryCount: number;
    readonly fallbackCount: number;
    readonly recovered: boolean;
    readonly usage: Usage;
    readonly charge: Nano;
    readonly currency: Currency | null;
    readonly hold: HoldRecord | null;
    /** The model of the catalog; null when none was found. */
    readonly model: string | null;
    /** Why that model, where the request named another. */
    readonly modelReason: string | null;
    readonly price: PriceVersion | null;
    readonly lines: readonly ChargeLine[];
    readonly fallbackDelta: Nano | null;
    readonly attempts: readonly AttemptView[];
    readonly nextStep: string | null;
  };

export interface AttemptView extends AttemptRecord {
  readonly id: string;
  readonly charge: Nano;
  readonly chargeReason: string;
}

export interface ReceiptParts {
  readonly receipt: ReadableReceipt;
  readonly attempts: readonly AttemptOfReceipt[];
  /** By id; holds the price that was charged and the primary's. */
  readonly prices: ReadonlyMap<string, PriceVersion>;
}

const ZERO = nano(0n);

export function viewReceipt({ receipt, attempts, prices }: ReceiptParts): ReceiptView {
  const { hold } = receipt;
  const currency = receipt.record.bucket === null ? null : currencyOf(receipt.record.bucket);
  const model = modelOf(receipt.record);
  const modelReason = aliasReason(receipt.record.requestedModel, model);
  if (receipt.inFlight) return { ...receipt.record, ...NOT_ENDED, hold, currency, model, modelReason, price: null };
  const { record } = receipt;
  const price = prices.get(record.priceId ?? '') ?? null;
  return {
    ...record,
    hold,
    currency,
    model,
    modelReason,
    price,
    lines: linesOf(record, price),
    fallbackDelta: fallbackDelta(record, price, prices.get(record.primaryPriceId ?? '') ?? null),
    attempts: viewAttempts(receipt, attempts, prices),
    nextStep: nextStepAfter(record),
  };
}

/** The model of the catalog, by its route: a route's id is its model and its type. */
export function modelOf({ routeId, routeType }: RouteFacts): string | null {
  return routeId === null || routeType === null ? null : routeId.slice(0, -routeType.length - 1);
}

/** The attempts of a receipt; none while it is in flight. */
export function viewAttempts(
  receipt: ReadableReceipt,
  attempts: readonly AttemptOfReceipt[],
  prices: ReceiptParts['prices'],
): readonly AttemptView[] {
  if (receipt.inFlight) return [];
  const { record } = receipt;
  const price = prices.get(record.priceId ?? '') ?? null;
  const last = attempts.findLast(({ status }) => status !== 'SKIPPED');
  return attempts.map((attempt) => ({
    ...attempt,
    id: `${attempt.receiptId}:${attempt.index}`,
    chargeReason: chargeReason(attempt, attempt === last, record, price),
  }));
}

/** What a channel spoke when a request went to it; null: that was not recorded, or it was not its turn. */
export function spokenBy(channelId: string, attempts: readonly AttemptView[]): Protocol | null {
  return attempts.find((attempt) => attempt.channelId === channelId)?.protocol ?? null;
}

const NOT_ENDED = {
  status: 'IN_FLIGHT',
  stopReason: null,
  settledAt: null,
  upstreamModel: null,
  reportedModel: null,
  finalChannelId: null,
  priceId: null,
  retryCount: 0,
  fallbackCount: 0,
  providerStatus: null,
  errorCode: null,
  errorMessage: null,
  usage: NO_USAGE,
  latencyMs: null,
  timeToFirstTokenMs: null,
  loweredOutputLimit: null,
  recovered: false,
  charge: ZERO,
  noChargeReason: null,
  lines: [],
  fallbackDelta: null,
  attempts: [],
  nextStep: null,
} as const;

function linesOf(record: ReceiptRecord, price: PriceVersion | null): readonly ChargeLine[] {
  return price === null || record.usage.source === 'NONE' ? [] : chargeLines(record.usage, price, record.charge);
}

/** What the charge would have been at the primary's price, under the same hold, is the measure. */
function fallbackDelta(record: ReceiptRecord, price: PriceVersion | null, primary: PriceVersion | null): Nano | null {
  if (record.fallbackCount === 0 || primary === null || !isPriced(record, price)) return null;
  const atPrimary = chargeFor(record.usage, primary);
  return subtractNano(record.charge, record.holdAmount === null ? atPrimary : minNano(atPrimary, record.holdAmount));
}

/** Whether the charge is that of a price. Nothing is, too, where the backup is free; what a failure left uncharged is not. */
function isPriced({ charge, usage }: ReceiptRecord, price: PriceVersion | null): boolean {
  return charge > 0n || (usage.source !== 'NONE' && price !== null && chargeFor(usage, price) === 0n);
}

/** `last`: of those that were sent, and so the one that the receipt is charged for. */
function chargeReason(attempt: AttemptOfReceipt, last: boolean, record: ReceiptRecord, price: PriceVersion | null): string {
  if (attempt.status === 'SKIPPED') return 'It was passed over: nothing was sent, and nothing is charged.';
  if (attempt.charge > 0n) return chargedReason(attempt, record, price);
  if (attempt.status !== 'FAILED' || (last && record.usage.source !== 'NONE'))
    return record.noChargeReason ?? 'It used nothing that has a price.';
  return 'It failed before any of its output was delivered: failed attempts are not charged.';
}

function chargedReason({ usage, charge }: AttemptOfReceipt, { priceId, bucket }: ReceiptRecord, price: PriceVersion | null): string {
  const money = (amount: Nano) => `${formatDecimal(amount)} ${bucket === null ? null : currencyOf(bucket)}`;
  const { inputTokens, outputTokens } = usage;
  const used = `${inputTokens} input and ${counted(outputTokens, 'output token')}${usageBesideTokens(usage)}`;
  const length = lengthWords(longPromptFor(price?.longPrompts, inputTokens));
  const version = length === '' ? priceId : `${priceId}${length},`;
  const full = price === null ? charge : chargeFor(usage, price);
  const cost = full > charge ? `${money(full)}; ${money(charge)} was held and is charged, the operator bears the rest` : money(charge);
  return `${used} at price version ${version} cost ${cost}.`;
}

/**
 * What the user does after a failure; null: there is nothing to do. Once money was charged, nothing invites to try again, and neither
 * where nothing could be tried: that no waiting mends.
 */
export function nextStepAfter({
  errorCode,
  stopReason,
  charge,
  providerStatus,
}: Pick<ReceiptRecord, 'errorCode' | 'stopReason' | 'charge' | 'providerStatus'>): string | null {
  if (errorCode === null || !(errorCode in FAULT_RULES)) return null;
  if (stopReason === 'NO_CHANNEL') return NO_CHANNEL;
  if (stopReason === 'REJECTED' && mayPass(providerStatus)) return PASSING;
  const { retry, nextStep } = FAULT_RULES[errorCode as FaultCode];
  return retry && charge > 0n ? CHARGED : nextStep;
}

const NO_CHANNEL =
  'Choose another model or route, or ask the operator to open a channel: the attempts of the receipt say why each one was passed over.';
const PASSING = 'Try again in a moment, unless the message of the provider names what to correct: it may take the request then.';
const CHARGED = 'Use what was delivered, which is what was charged: sent again it is another request, with a charge of its own.';
