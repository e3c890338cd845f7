import { Field, ObjectType } from 'type-graphql';
import type { Bucket, SpendWindow } from '../../../kernel/words';
import { BucketEnum, SpendWindowEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

@ObjectType('SpendLimit', {
  description: 'A ceiling on money. It is enforced by the hold, so that no concurrency overruns it; used and held count the same holds.',
})
export class SpendLimitNode {
  @Field(() => BucketEnum, { description: 'The bucket that it bounds.' })
  readonly bucket: Bucket;

  @Field(() => SpendWindowEnum, { description: 'Of the calendar in UTC; a week begins on Monday.' })
  readonly window: SpendWindow;

  @Field(() => Decimal, { description: 'In the currency of the bucket.' })
  readonly amount: bigint;

  @Field(() => Decimal, { description: 'Charged in this window. A refund gives nothing back to it.' })
  readonly used: bigint;

  @Field(() => Decimal, { description: 'Reserved by open holds that were placed in this window.' })
  readonly held: bigint;

  @Field(() => Decimal, { description: 'amount - used - held, never below zero.' })
  readonly remaining: bigint;

  @Field(() => DateTime, { nullable: true, description: 'When the window ends and the next one begins; null: never.' })
  readonly resetsAt: number | null;
}
