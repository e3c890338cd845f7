import { Field, InputType } from 'type-graphql';
import type { Bucket } from '../../../kernel/words';
import { BucketEnum } from '../enums';
import { Decimal } from '../scalars';

@InputType('BucketAmountInput', { description: 'An amount in one of the two buckets.' })
export class BucketAmountInput {
  @Field(() => BucketEnum, { description: 'Which of the two balances.' })
  readonly bucket: Bucket;

  @Field(() => Decimal, { description: 'Above zero, in the currency of the bucket.' })
  readonly amount: bigint;
}
