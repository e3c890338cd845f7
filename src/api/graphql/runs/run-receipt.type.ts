import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Bucket } from '../../../kernel/words';
import { BucketEnum } from '../enums';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { UsageNode } from '../receipts/usage.type';
import { Decimal } from '../scalars';

@ObjectType('ModelCharge', { description: 'What the calls of one model cost in one bucket.' })
export class ModelChargeNode {
  @Field(() => String, { description: 'The model that was asked for.' })
  readonly model: string;

  @Field(() => BucketEnum, { description: 'The balance that paid.' })
  readonly bucket: Bucket;

  @Field(() => Int, { description: 'How many calls.' })
  readonly requests: number;

  @Field(() => Decimal, { description: 'What they were charged in all.' })
  readonly charge: bigint;
}

@ObjectType('SectionCharge', { description: 'What the calls of one section cost.' })
export class SectionChargeNode {
  @Field(() => String, { description: 'A word for programs.' })
  readonly name: string;

  @Field(() => String, { description: 'Its heading.' })
  readonly title: string;

  @Field(() => Int, { description: 'As the section says.' })
  readonly tries: number;

  @Field(() => Int, { description: 'How many calls, those that were refused or cut included.' })
  readonly requests: number;

  @Field(() => [BucketAmountNode], { description: 'What they were charged, of each bucket.' })
  readonly charge: BucketAmountNode[];
}

@ObjectType('ResearchReceipt', {
  description: "The receipt of a run: it equals the sum of its requests' receipts, bucket by bucket. Requests in flight are not in it yet.",
})
export class RunReceiptNode {
  @Field(() => Int, { description: 'All calls of the run: each has a receipt under receipts(filter: { researchRunId }).' })
  readonly requests: number;

  @Field(() => Int, { description: 'All attempts of these calls, those that were passed over included.' })
  readonly attempts: number;

  @Field(() => Int, { description: 'Attempts that failed.' })
  readonly failedAttempts: number;

  @Field(() => Int, { description: 'Sections that took more than one try; 0 where a run has no sections.' })
  readonly retriedSections: number;

  @Field(() => Int, { description: 'How often a call went on to another channel.' })
  readonly fallbacks: number;

  @Field(() => UsageNode, {
    description: 'Tokens of all calls, each count at most 2147483647; their source is that of the least certain one.',
  })
  readonly usage: UsageNode;

  @Field(() => Decimal, { description: 'Input tokens of all calls, however many.' })
  readonly inputTokensExact: bigint;

  @Field(() => Decimal, { description: 'Output tokens of all calls, however many.' })
  readonly outputTokensExact: bigint;

  @Field(() => [BucketAmountNode], { description: 'What all calls were charged, of each bucket.' })
  readonly charges: BucketAmountNode[];

  @Field(() => [BucketAmountNode], {
    description: 'What the operator gave back of these charges, of each bucket. Not taken off them: a refund is one of the account.',
  })
  readonly refunds: BucketAmountNode[];

  @Field(() => [ModelChargeNode], { description: 'The same by model; adds up to charges.' })
  readonly byModel: ModelChargeNode[];

  @Field(() => [SectionChargeNode], {
    description:
      'The same by section; empty where a run has no sections. Calls that clients attached to a run of research are of none, and the rest of charges.',
  })
  readonly bySection: SectionChargeNode[];

  @Field(() => [BucketAmountNode], { description: 'What tries cost whose answer was not used, of each bucket. Part of charges.' })
  readonly retryCost: BucketAmountNode[];

  @Field(() => Float, {
    nullable: true,
    description: 'What was spent over what was expected, minus one, once the run has ended; null without an estimate.',
  })
  readonly estimateError: number | null;
}
