import { Field, Int, ObjectType } from 'type-graphql';
import { Decimal } from '../scalars';

@ObjectType('LongPromptPrice', {
  description:
    'What a request with a long prompt costs, per one million tokens. What is null costs as it would in a price of its own; what is not counted in tokens stays as it is.',
})
export class LongPromptPriceNode {
  @Field(() => Int, {
    description: 'A request that has more input tokens than this, cached ones included, pays these prices for all of its tokens.',
  })
  readonly above: number;

  @Field(() => Decimal, { description: 'Input tokens.' })
  readonly input: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens read from the cache; null: as input.' })
  readonly cachedInput?: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens written to the cache; null: as input.' })
  readonly cacheWrite?: bigint;

  @Field(() => Decimal, { description: 'Output tokens, reasoning included.' })
  readonly output: bigint;

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
