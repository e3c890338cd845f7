/** Amounts of runs, each with the bucket that it is of: as budgets, what is spent and what is left are told. */
import { formatDecimal } from '../../kernel/money';
import { currencyOf } from '../../kernel/words';
import type { BudgetLine } from '../../runs/run';

export function lineJson({ bucket, amount }: BudgetLine): object {
  return { bucket, currency: currencyOf(bucket), amount: formatDecimal(amount) };
}
