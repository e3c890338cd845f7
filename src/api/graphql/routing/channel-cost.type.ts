import { Field, ID, ObjectType } from 'type-graphql';
import type { Currency } from '../../../kernel/words';
import { CurrencyEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';
import { LongPromptPriceNode } from './long-prompt-price.type';
import { PriceClassesNode } from './price-classes.type';
import { TokenPricesFields } from './token-prices.type';

@ObjectType('ChannelCost', {
  description: 'One immutable version of what a channel charges the operator. Amounts are per one million tokens. It changes no charge.',
})
export class ChannelCostNode extends TokenPricesFields {
  @Field(() => ID, { description: 'Names this version for ever.' })
  readonly id: string;

  @Field(() => CurrencyEnum, { description: 'What the upstream bills in; it need not be the currency of the route.' })
  readonly currency: Currency;

  @Field(() => Decimal, { nullable: true, description: 'For each request that used something, beside its tokens.' })
  readonly perRequest: bigint | null;

  @Field(() => PriceClassesNode, { nullable: true, description: 'What is billed apart; null: nothing is.' })
  readonly classes?: PriceClassesNode | undefined;

  @Field(() => [LongPromptPriceNode], {
    nullable: true,
    description: 'What is billed for requests with long prompts, from the lowest threshold to the highest; null: what is for all others.',
  })
  readonly longPrompts?: readonly LongPromptPriceNode[] | undefined;

  @Field(() => DateTime, { description: 'Attempts from this instant on are counted at it.' })
  readonly effectiveFrom: number;
}
