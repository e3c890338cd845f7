import { Field, ID, InputType } from 'type-graphql';
import { nano } from '../../../kernel/money';
import type { ResearchMode } from '../../../kernel/words';
import type { ResearchWish } from '../../../research/manage-research';
import type { BudgetLine } from '../../../runs/run';
import { ResearchModeEnum } from '../enums';
import { BucketAmountInput } from '../runs/bucket-amount.input';

@InputType('ResearchInput', { description: 'A research run that could be started.' })
export class ResearchInput {
  @Field(() => ID, { description: 'The key that pays, and whose policy, limits and models count.' })
  readonly apiKeyId: string;

  @Field(() => String, { description: 'A ticker that the market data of the gateway knows.' })
  readonly symbol: string;

  @Field(() => ResearchModeEnum, { description: 'How much is looked at.' })
  readonly mode: ResearchMode;

  @Field(() => [BucketAmountInput], {
    nullable: true,
    description: "A ceiling by bucket for the whole run; the estimate's ceiling when left out. A bucket that is not named may not be used.",
  })
  readonly budget?: BucketAmountInput[] | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Must be true when the estimate has warnings.' })
  readonly acknowledgeWarnings?: boolean | null;
}

export function wishOf({ symbol, mode, budget, acknowledgeWarnings }: ResearchInput): ResearchWish {
  return { symbol, mode, budget: budgetOf(budget), acknowledgeWarnings: acknowledgeWarnings === true };
}

/** null: none was named. */
export function budgetOf(budget: readonly BucketAmountInput[] | null | undefined): BudgetLine[] | null {
  if (budget === null || budget === undefined || budget.length === 0) return null;
  return budget.map(({ bucket, amount }) => ({ bucket, amount: nano(amount) }));
}
