/** Runs in the shape of the graph. */
import type { Nano } from '../../../kernel/money';
import { BUCKETS, type Bucket, currencyOf } from '../../../kernel/words';
import type { BudgetLine, Run } from '../../../runs/run';
import type { Amounts, RunReceipt } from '../../../runs/run-receipt';
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

export function viewRunReceipt({ charges, byModel, ...counts }: RunReceipt): RunReceiptNode {
  return { ...counts, retriedSections: 0, estimateError: null, charges: charges.map(viewLine), byModel: [...byModel] };
}

function viewAmount(bucket: Bucket, amount: Nano | bigint): BucketAmountNode {
  return { bucket, currency: currencyOf(bucket), amount };
}
