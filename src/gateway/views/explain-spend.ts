/** How one ledger entry came about, in words and numbers: from the receipt as everybody reads it, never from rules told twice. */
import { counted } from '../../kernel/counted';
import { longPromptFor } from '../../kernel/long-prompts';
import { formatDecimal } from '../../kernel/money';
import { currencyOf } from '../../kernel/words';
import type { LedgerEntry } from '../../ledger/wallet';
import type { ChargeLine } from '../../metering/charge';
import type { AttemptView, ReceiptView } from './receipt-view';
import { usageBesideTokens } from './usage-beside-tokens';

export interface SpendExplanation {
  /** Sentences, each about one thing. */
  readonly text: string;
  /** Of a charge: lines that add up to it. Of anything else: the amount. */
  readonly lines: readonly ChargeLine[];
}

export function explainSpend(entry: LedgerEntry, receipt: ReceiptView | null): SpendExplanation {
  const money = `${formatDecimal(entry.amount < 0n ? -entry.amount : entry.amount)} ${currencyOf(entry.bucket)}`;
  const chain = `The balance of ${entry.walletId} went from ${formatDecimal(entry.balanceBefore)} to ${formatDecimal(entry.balanceAfter)} ${currencyOf(entry.bucket)}.`;
  const memo = entry.memo === null || entry.memo === '' ? [] : [`It was noted as "${entry.memo}".`];
  if (entry.kind === 'CHARGE' && receipt !== null) return { text: [...chargeText(receipt, money), chain].join(' '), lines: receipt.lines };
  const line = { label: WHAT[entry.kind].toLowerCase(), tokens: null, unitPrice: null, amount: entry.amount };
  const of = entry.kind === 'REFUND' && entry.receiptId !== null ? ` of the charge of the request ${entry.receiptId}` : '';
  const moved = entry.amount < 0n ? `took ${money} from` : `added ${money} to`;
  return { text: [`${WHAT[entry.kind]}${of} ${moved} ${entry.bucket}.`, ...memo, chain].join(' '), lines: [line] };
}

const WHAT: Record<LedgerEntry['kind'], string> = {
  TOP_UP: 'A top-up',
  REDEMPTION: 'A redemption code',
  CHARGE: 'A charge',
  REFUND: 'A refund',
  ADJUSTMENT: 'An adjustment by the operator',
};

function chargeText(receipt: ReceiptView, money: string): string[] {
  return [
    `The request ${receipt.requestId} of the key ${receipt.apiKeyId} for the model ${receipt.requestedModel} was charged ${money}.`,
    ...(receipt.bucketReason === null ? [] : [receipt.bucketReason]),
    ...attemptsText(receipt.attempts),
    `${usedText(receipt.usage)}, ${SOURCE[receipt.usage.source]}, at price version ${receipt.priceId}${lengthText(receipt)}, rounded up once to the nano.`,
    ...formulaText(receipt),
    ...(receipt.recovered ? ['The gateway that served it stopped before its end, so only what was certain is charged.'] : []),
    ...(receipt.fallbackDelta === null ? [] : [fallbackText(receipt.fallbackDelta, receipt.currency)]),
  ];
}

/** Which of the prices of its version a long prompt has. */
function lengthText({ price, usage }: ReceiptView): string {
  const long = longPromptFor(price?.longPrompts, usage.inputTokens);
  return long === undefined ? '' : ` for prompts above ${counted(long.above, 'input token')}`;
}

/** The lines as a sum; nothing where the price version is not known. */
function formulaText({ lines, price, charge, currency }: ReceiptView): string[] {
  if (lines.length === 0 || price === null) return [];
  const terms = lines.map(({ label, tokens, unitPrice, amount }) => {
    const factors = tokens === null || unitPrice === null ? label : `${label}: ${tokens} × ${formatDecimal(unitPrice)} per million`;
    return `${factors} = ${formatDecimal(amount)}`;
  });
  const multiplier = formatDecimal(price.multiplier);
  const multiplied = multiplier === '1' ? '' : `, with the multiplier ${multiplier} in each`;
  return [`${terms.join('; ')}; together ${formatDecimal(charge)} ${currency}${multiplied}.`];
}

function usedText(usage: ReceiptView['usage']): string {
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  const cached = cachedInputTokens === 0 ? '' : ` (${cachedInputTokens} of them cached)`;
  return `${counted(inputTokens, 'input token')}${cached} and ${counted(outputTokens, 'output token')}${usageBesideTokens(usage)}`;
}

const SOURCE: Record<ReceiptView['usage']['source'], string> = {
  PROVIDER: 'as the provider counted them',
  COUNTED: 'counted by the gateway, because the provider sent no count',
  FLOOR: 'the least that is certain',
  NONE: 'none of them used',
};

function attemptsText(attempts: readonly AttemptView[]): string[] {
  return attempts.map(({ channelId, status, retry, errorCode, providerStatus }) => {
    const nth = retry === 0 ? '' : `, try ${retry + 1},`;
    if (status === 'SUCCEEDED') return `The channel ${channelId}${nth} answered.`;
    if (status === 'SKIPPED') return `The channel ${channelId} was passed over (${errorCode}).`;
    // An answer that began well says nothing of why it broke off.
    const isRefusal = providerStatus !== null && providerStatus >= 400;
    const answered = isRefusal ? `status ${providerStatus}` : (errorCode ?? 'no answer');
    return `The channel ${channelId}${nth} ${status === 'FAILED' ? 'failed' : 'was cut'} (${answered}).`;
  });
}

function fallbackText(delta: bigint, currency: string | null): string {
  if (delta === 0n) return 'The fallback changed nothing of the price.';
  const amount = `${formatDecimal(delta < 0n ? -delta : delta)} ${currency}`;
  return `The fallback made it ${amount} ${delta < 0n ? 'cheaper' : 'dearer'} than the primary channel.`;
}
