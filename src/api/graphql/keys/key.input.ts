import { Field, ID, InputType, Int } from 'type-graphql';
import type { Bucket, RoutePolicy, SpendWindow } from '../../../kernel/words';
import { BucketEnum, RoutePolicyEnum, SpendWindowEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

const NOT_YET_ENFORCED = 'Kept with the key; this version does not enforce it yet.';

@InputType('SpendLimitInput', { description: `A ceiling on money in a window of time. ${NOT_YET_ENFORCED}` })
export class SpendLimitInput {
  @Field(() => BucketEnum, { description: 'The bucket that it bounds.' })
  readonly bucket: Bucket;

  @Field(() => SpendWindowEnum, { description: 'The window of time.' })
  readonly window: SpendWindow;

  @Field(() => Decimal, { description: 'Above zero, in the currency of the bucket.' })
  readonly amount: bigint;
}

@InputType('CreateApiKeyInput', { description: 'The key that is wanted.' })
export class CreateApiKeyInput {
  @Field(() => ID, { nullable: true, description: 'For operators; an account creates its own.' })
  readonly accountId?: string | null;

  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => ID, { nullable: true, description: 'A project of the same account.' })
  readonly projectId?: string | null;

  @Field(() => RoutePolicyEnum, {
    nullable: true,
    defaultValue: 'ORDINARY_ONLY',
    description: 'What the key does when a model has routes of both types.',
  })
  readonly routePolicy?: RoutePolicy | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'true: a request may move to a route of the other type, and so be paid from the other bucket.',
  })
  readonly crossBucketFallback?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'Models of the catalog; left out: every model that the route policy reaches.' })
  readonly allowedModels?: string[] | null;

  @Field(() => Int, { nullable: true, description: `Requests in one minute. ${NOT_YET_ENFORCED}` })
  readonly requestsPerMinute?: number | null;

  @Field(() => Int, { nullable: true, description: `Tokens in one minute. ${NOT_YET_ENFORCED}` })
  readonly tokensPerMinute?: number | null;

  @Field(() => Int, { nullable: true, description: `Requests in flight at once. ${NOT_YET_ENFORCED}` })
  readonly concurrency?: number | null;

  @Field(() => [SpendLimitInput], { nullable: true, description: 'At most one for each bucket and window.' })
  readonly spendLimits?: SpendLimitInput[] | null;

  @Field(() => DateTime, { nullable: true, description: 'In the future; left out: the key does not expire.' })
  readonly expiresAt?: number | null;
}
