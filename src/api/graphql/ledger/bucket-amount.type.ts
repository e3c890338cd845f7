import { Field, ObjectType } from 'type-graphql';
import type { Bucket, Currency } from '../../../kernel/words';
import { BucketEnum, CurrencyEnum } from '../enums';
import { Decimal } from '../scalars';

@ObjectType('BucketAmount', { description: 'An amount in one of the two buckets. They never add up: their currencies differ.' })
export class BucketAmountNode {
  @Field(() => BucketEnum, { description: 'Which of the two balances.' })
  readonly bucket: Bucket;

  @Field(() => CurrencyEnum, { description: 'The currency of the bucket.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'In that currency.' })
  readonly amount: bigint;
}
