/**
 * What was sent to a channel in a month, attempt by attempt, to be laid beside the bill of its provider: also what failed, what was
 * tried again, and what no client was charged for.
 */
import { USAGE_CLASSES, type UsageClass, type UsageClasses } from '../../kernel/classes';
import { type Nano, nano } from '../../kernel/money';
import type { Currency } from '../../kernel/words';
import type { TokenCounts } from '../../metering/usage';
import type { AttemptOfReceipt } from '../receipt';
import type { Period } from './statement';

/** The port. */
export interface ChannelAttempts {
  /** Also one that was retired. */
  isChannel(id: string): Promise<boolean>;
  /**
   * Every attempt that began in the period and is in the ledger, in the order in which its requests came. Steps that were passed over
   * are none: nothing was sent. In portions: as many as there are, in memory that does not grow.
   */
  sent(channelId: string, period: Period): AsyncIterable<AttemptOfReceipt>;
}

/** What the attempts of one upstream model come to, in one currency. */
export interface ChannelTotal extends TokenCounts {
  readonly upstreamModel: string;
  /** null: of these attempts no cost is known, or they used nothing. */
  readonly currency: Currency | null;
  readonly attempts: number;
  readonly classes: UsageClasses;
  readonly cost: Nano;
}

const COUNTS = ['inputTokens', 'cachedInputTokens', 'cacheWriteTokens', 'outputTokens', 'reasoningTokens'] as const;

/** Adds attempts up as they pass. */
export class ChannelTally {
  private readonly totals = new Map<string, ChannelTotal>();

  add({ upstreamModel, usage, cost }: AttemptOfReceipt): void {
    const currency = cost?.currency ?? null;
    const key = `${currency} ${upstreamModel}`;
    const before = this.totals.get(key) ?? nothingOf(upstreamModel, currency);
    const counts = Object.fromEntries(COUNTS.map((name) => [name, before[name] + usage[name]])) as Record<(typeof COUNTS)[number], number>;
    const classes = addedClasses(before.classes, usage.classes ?? {});
    const sum = nano(before.cost + (cost?.amount ?? 0n));
    this.totals.set(key, { ...before, ...counts, classes, attempts: before.attempts + 1, cost: sum });
  }

  /** By upstream model and currency, in an order that is always the same. */
  close(): readonly ChannelTotal[] {
    const place = ({ upstreamModel, currency }: ChannelTotal) => `${upstreamModel} ${currency ?? ''}`;
    return [...this.totals.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  }
}

function nothingOf(upstreamModel: string, currency: Currency | null): ChannelTotal {
  const none = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return { upstreamModel, currency, attempts: 0, ...none, classes: {}, cost: nano(0n) };
}

function addedClasses(one: UsageClasses, other: UsageClasses): UsageClasses {
  const sum = (name: UsageClass) => (one[name] ?? 0) + (other[name] ?? 0);
  return Object.fromEntries(USAGE_CLASSES.flatMap((name) => (sum(name) > 0 ? [[name, sum(name)]] : [])));
}
