/** The receipt of a run: the sum of its calls, bucket by bucket, and what is left of its budget. Exact to the nano. */
import { sumOf } from '../kernel/lists';
import { type Nano, nano } from '../kernel/money';
import { BUCKETS, type Bucket, type UsageSource } from '../kernel/words';
import { type Amounts, NOTHING } from './amounts';
import type { BudgetLine, Run, RunPart, RunSums } from './run';

export interface RunReceipt {
  readonly requests: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly fallbacks: number;
  readonly usage: Pick<RunPart, 'inputTokens' | 'cachedInputTokens' | 'cacheWriteTokens' | 'outputTokens' | 'reasoningTokens'> & {
    readonly source: UsageSource;
  };
  /** Both buckets, also where nothing was charged. */
  readonly charges: readonly BudgetLine[];
  /** What was given back of the charges, of both buckets; not taken off them. */
  readonly refunds: readonly BudgetLine[];
  /** Of calls that named a model and reached a bucket. */
  readonly byModel: readonly { readonly model: string; readonly bucket: Bucket; readonly requests: number; readonly charge: Nano }[];
}

/** What a run without a call adds up to. */
export const NO_CALLS: RunSums = { parts: [], attempts: 0, failedAttempts: 0, sources: [], refunds: NOTHING };

export function runReceipt({ parts, attempts, failedAttempts, sources, refunds }: RunSums): RunReceipt {
  const sum = (of: (part: RunPart) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    requests: sum(({ requests }) => requests),
    attempts,
    failedAttempts,
    fallbacks: sum(({ fallbacks }) => fallbacks),
    usage: {
      inputTokens: sum(({ inputTokens }) => inputTokens),
      cachedInputTokens: sum(({ cachedInputTokens }) => cachedInputTokens),
      cacheWriteTokens: sum(({ cacheWriteTokens }) => cacheWriteTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
      reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
      source: leastCertain(sources),
    },
    charges: BUCKETS.map((bucket) => ({
      bucket,
      amount: nano(sumOf(parts.filter((part) => part.bucket === bucket).map(({ charge }) => charge))),
    })),
    refunds: BUCKETS.map((bucket) => ({ bucket, amount: nano(refunds[bucket]) })),
    byModel: parts.flatMap(({ model, bucket, requests, charge }) =>
      model === null || bucket === null ? [] : [{ model, bucket, requests, charge }],
    ),
  };
}

/** What may still be held, of each bucket that the budget names; never below zero. */
export function leftOf({ budget }: Pick<Run, 'budget'>, used: Amounts): BudgetLine[] {
  return budget.map(({ bucket, amount }) => ({ bucket, amount: nano(amount > used[bucket] ? amount - used[bucket] : 0n) }));
}

/** A sum is as certain as its least certain part; calls that used nothing leave no doubt. */
function leastCertain(sources: readonly UsageSource[]): UsageSource {
  const order: readonly UsageSource[] = ['FLOOR', 'COUNTED', 'PROVIDER'];
  return order.find((source) => sources.includes(source)) ?? 'NONE';
}
