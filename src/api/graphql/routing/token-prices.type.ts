import { Field, InputType, ObjectType } from 'type-graphql';
import { Decimal } from '../scalars';

const INPUT = 'Input tokens.';
const OUTPUT = 'Output tokens, reasoning included.';

/** What every price has, as it is read. */
@ObjectType()
export abstract class TokenPricesFields {
  @Field(() => Decimal, { description: INPUT })
  readonly input: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens read from the cache; null: as input.' })
  readonly cachedInput?: bigint | null;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens written to the cache; null: as input.' })
  readonly cacheWrite?: bigint | null;

  @Field(() => Decimal, { description: OUTPUT })
  readonly output: bigint;
}

/** What every price has, as it is given. */
@InputType()
export abstract class TokenPricesInput {
  @Field(() => Decimal, { description: INPUT })
  readonly input: bigint;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens read from the cache; left out: as input.' })
  readonly cachedInput?: bigint | null;

  @Field(() => Decimal, { nullable: true, description: 'Input tokens written to the cache; left out: as input.' })
  readonly cacheWrite?: bigint | null;

  @Field(() => Decimal, { description: OUTPUT })
  readonly output: bigint;
}
