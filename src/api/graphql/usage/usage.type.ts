import { Field, Int, ObjectType } from 'type-graphql';
import type { Bucket } from '../../../kernel/words';
import { BucketEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

@ObjectType('UsagePoint', { description: 'What the requests of one interval, group and bucket used.' })
export class UsagePointNode {
  @Field(() => DateTime, { description: 'When the interval begins, also where `from` is later than that.' })
  readonly start: number;

  @Field(() => String, {
    description: 'A model, a route type, or the id of a key, project or channel. Empty: no project, or nothing was sent.',
  })
  readonly group: string;

  @Field(() => Int, { description: 'How many requests were received in the interval and have ended.' })
  readonly requests: number;

  @Field(() => Int, { description: 'Those of them whose status is FAILED.' })
  readonly failed: number;

  @Field(() => Int, { description: 'How often they moved to another channel.' })
  readonly fallbacks: number;

  @Field(() => Int, { description: 'At most 2147483647, which is all that an Int can say: `inputTokensExact` goes on.' })
  readonly inputTokens: number;

  @Field(() => Decimal, { description: 'Input tokens, however many.' })
  readonly inputTokensExact: bigint;

  @Field(() => Int, { description: 'At most 2147483647, which is all that an Int can say: `outputTokensExact` goes on.' })
  readonly outputTokens: number;

  @Field(() => Decimal, { description: 'Output tokens, however many.' })
  readonly outputTokensExact: bigint;

  @Field(() => Decimal, { description: 'What the receipts say was charged. Refunds are not taken off.' })
  readonly charge: bigint;

  @Field(() => BucketEnum, { description: 'The balance that was chosen to pay.' })
  readonly bucket: Bucket;
}
