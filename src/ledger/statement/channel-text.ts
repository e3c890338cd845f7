/** The attempts of a channel as a file, a piece at a time: CSV for spreadsheets, JSON for programs. Costs are decimal strings in both. */
import { type UsageClasses, usageClassesText } from '../../kernel/classes';
import { formatDecimal } from '../../kernel/money';
import { instant } from '../../kernel/times';
import type { Usage } from '../../metering/usage';
import type { AttemptOfReceipt } from '../receipt';
import { type ChannelAttempts, ChannelTally, type ChannelTotal } from './channel-attempts';
import { cell, csvLine } from './csv';
import type { Period } from './statement';

export interface ChannelAsked {
  readonly channelId: string;
  /** As it was asked for: `2026-11`. */
  readonly month: string;
  readonly period: Period;
}

export type ChannelFormat = (asked: ChannelAsked, attempts: Pick<ChannelAttempts, 'sent'>) => AsyncGenerator<string>;

const CSV_COLUMNS = ['channel', 'month', 'line', 'time', 'receipt', 'attempt', 'upstream_model', 'upstream_request'];
const CSV_ENDS = ['status', 'provider_status', 'error'];
const CSV_USAGE = ['usage_source', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens'];
const CSV_COST = ['other_usage', 'cost', 'currency', 'attempts'];

/** RFC 4180. `line` says what a line is: ATTEMPT, or TOTAL of an upstream model in a currency. What is not known is empty. */
export async function* csvChannel({ channelId, month, period }: ChannelAsked, attempts: Pick<ChannelAttempts, 'sent'>) {
  yield csvLine([...CSV_COLUMNS, ...CSV_ENDS, ...CSV_USAGE, ...CSV_COST]);
  const start = [cell(channelId), month];
  const tally = new ChannelTally();
  for await (const attempt of attempts.sent(channelId, period)) {
    tally.add(attempt);
    yield csvLine([...start, 'ATTEMPT', ...csvAttempt(attempt)]);
  }
  for (const total of tally.close()) yield csvLine([...start, 'TOTAL', ...csvTotal(total)]);
}

function csvAttempt(attempt: AttemptOfReceipt): string[] {
  const { receiptId, index, upstreamModel, upstreamRequestId, status, providerStatus, errorCode, usage, startedAt, cost } = attempt;
  const place = [instant(startedAt), receiptId, String(index), cell(upstreamModel), cell(upstreamRequestId ?? '')];
  const ended = [status, providerStatus === null ? '' : String(providerStatus), cell(errorCode ?? '')];
  const money = cost === null ? ['', ''] : [formatDecimal(cost.amount), cost.currency];
  return [...place, ...ended, usage.source, ...csvCounts(usage), csvClasses(usage.classes), ...money, ''];
}

function csvTotal(total: ChannelTotal): string[] {
  const { upstreamModel, currency, cost, attempts, classes } = total;
  const money = currency === null ? ['', ''] : [formatDecimal(cost), currency];
  return ['', '', '', cell(upstreamModel), '', '', '', '', '', ...csvCounts(total), csvClasses(classes), ...money, String(attempts)];
}

function csvCounts(counts: Omit<Usage, 'source' | 'classes'>): string[] {
  return [counts.inputTokens, counts.cachedInputTokens, counts.cacheWriteTokens, counts.outputTokens, counts.reasoningTokens].map(String);
}

function csvClasses(classes: UsageClasses | undefined): string {
  return cell(usageClassesText(classes) ?? '');
}

/** One object; its attempts stand one a line. */
export async function* jsonChannel({ channelId, month, period }: ChannelAsked, attempts: Pick<ChannelAttempts, 'sent'>) {
  const head = { channel: channelId, month, from: instant(period.from), to: instant(period.to) };
  yield `${JSON.stringify(head).slice(0, -1)},"attempts":[`;
  const tally = new ChannelTally();
  let separator = '\n';
  for await (const attempt of attempts.sent(channelId, period)) {
    tally.add(attempt);
    yield separator + JSON.stringify(jsonAttempt(attempt));
    separator = ',\n';
  }
  yield `\n],"totals":${JSON.stringify(tally.close().map(jsonTotal))}}\n`;
}

function jsonAttempt({ receiptId, index, startedAt, status, providerStatus, errorCode, usage, cost, ...sent }: AttemptOfReceipt): object {
  const { upstreamModel, upstreamRequestId } = sent;
  const place = { time: instant(startedAt), receipt: receiptId, attempt: index, upstreamModel, upstreamRequestId };
  const money = { cost: cost === null ? null : formatDecimal(cost.amount), currency: cost?.currency ?? null };
  return { ...place, status, providerStatus, errorCode, usage, ...money };
}

function jsonTotal({ cost, currency, ...counts }: ChannelTotal): object {
  return { ...counts, cost: currency === null ? null : formatDecimal(cost), currency };
}
