/** Runs in the shape of the graph. */
import type { Nano } from '../../../kernel/money';
import { BUCKETS, type Bucket, currencyOf } from '../../../kernel/words';
import { type Amounts, NOTHING } from '../../../runs/amounts';
import type { BudgetLine, Run } from '../../../runs/run';
import type { RunReceipt } from '../../../runs/run-receipt';
import { atMostInt, exactly } from '../large-counts';
import type { BucketAmountNode } from '../ledger/bucket-amount.type';
import type { AgentRunNode } from './agent-run.type';
import type { RunReceiptNode } from './run-receipt.type';

/** A run with what its nested fields are loaded by. */
export type RunView = AgentRunNode & { readonly run: Run };

export function viewRun(run: Run): RunView {
  const { id, name, status, statusReason, budget, createdAt, finishedAt } = run;
  return { id, name, status, statusReason, budget: budget.map(viewLine), createdAt, finishedAt, run };
}

export function viewAmounts(amounts: Amounts): BucketAmountNode[] {
  return BUCKETS.map((bucket) => viewAmount(bucket, amounts[bucket]));
}

export function viewLine({ bucket, amount }: BudgetLine): BucketAmountNode {
  return viewAmount(bucket, amount);
}

type OfSections = Pick<RunReceiptNode, 'retriedSections' | 'estimateError' | 'bySection' | 'retryCost'>;

/** What there is to say of the sections of a run that has none. */
export const NO_SECTIONS: OfSections = { retriedSections: 0, estimateError: null, bySection: [], retryCost: viewAmounts(NOTHING) };

/** A receipt with what its nested fields are loaded by. */
export type RunReceiptView = RunReceiptNode & { readonly runId: string };

export function viewRunReceipt(
  runId: string,
  { charges, refunds, byModel, usage, ...counts }: RunReceipt,
  ofSections: OfSections,
): RunReceiptView {
  const inputTokensExact = exactly(usage.inputTokens);
  const outputTokensExact = exactly(usage.outputTokens);
  const tokens = { usage: viewUsage(usage), inputTokensExact, outputTokensExact };
  return {
    ...counts,
    ...tokens,
    ...ofSections,
    charges: charges.map(viewLine),
    refunds: refunds.map(viewLine),
    byModel: [...byModel],
    runId,
  };
}

function viewUsage(usage: RunReceipt['usage']): RunReceiptNode['usage'] {
  return {
    inputTokens: atMostInt(usage.inputTokens),
    cachedInputTokens: atMostInt(usage.cachedInputTokens),
    cacheWriteTokens: atMostInt(usage.cacheWriteTokens),
    outputTokens: atMostInt(usage.outputTokens),
    reasoningTokens: atMostInt(usage.reasoningTokens),
    source: usage.source,
  };
}

function viewAmount(bucket: Bucket, amount: Nano | bigint): BucketAmountNode {
  return { bucket, currency: currencyOf(bucket), amount };
}
