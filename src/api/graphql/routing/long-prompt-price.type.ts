import { Field, Int, ObjectType } from 'type-graphql';
import { Decimal } from '../scalars';
import { TokenPricesFields } from './token-prices.type';

@ObjectType('LongPromptPrice', {
  description:
    'What a request with a long prompt costs, per one million tokens. What is null costs as it would in a price of its own; what is not counted in tokens stays as it is.',
})
export class LongPromptPriceNode extends TokenPricesFields {
  @Field(() => Int, {
    description: 'A request that has more input tokens than this, cached ones included, pays these prices for all of its tokens.',
  })
  readonly above: number;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens of audio; null: as input.' })
  readonly audioInput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens of pictures; null: as input.' })
  readonly imageInput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of reasoning; null: as output.' })
  readonly reasoning?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of audio; null: as output.' })
  readonly audioOutput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Output tokens of pictures; null: as output.' })
  readonly imageOutput?: bigint;
}
