import { Field, ID, ObjectType } from 'type-graphql';
import type { Currency } from '../../../kernel/words';
import { CurrencyEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';
import { LongPromptPriceNode } from './long-prompt-price.type';
import { PriceClassesNode } from './price-classes.type';
import { TokenPricesFields } from './token-prices.type';

/** What a price of a route and a cost of a channel have in common. */
@ObjectType()
export abstract class PriceFields extends TokenPricesFields {
  @Field(() => Decimal, { nullable: true, description: 'For each request that used something, beside its tokens.' })
  readonly perRequest: bigint | null;

  @Field(() => PriceClassesNode, { nullable: true, description: 'What is priced apart; null: nothing is.' })
  readonly classes?: PriceClassesNode | undefined;

  @Field(() => [LongPromptPriceNode], {
    nullable: true,
    description: 'What requests with long prompts cost, from the lowest threshold to the highest; null: what all others do.',
  })
  readonly longPrompts?: readonly LongPromptPriceNode[] | undefined;
}

@ObjectType('Price', { description: 'One immutable price version. Amounts are per one million tokens, in the currency of the bucket.' })
export class PriceNode extends PriceFields {
  @Field(() => ID, { description: 'Names this version for ever: receipts keep theirs.' })
  readonly versionId: string;

  @Field(() => CurrencyEnum, { description: 'The currency of the bucket that pays.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'Multiplies the whole charge; 1 changes nothing.' })
  readonly multiplier: bigint;

  @Field(() => DateTime, { description: 'Requests from this instant on pay this price.' })
  readonly effectiveFrom: number;
}
