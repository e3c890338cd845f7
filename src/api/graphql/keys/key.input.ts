import { Field, ID, InputType, Int } from 'type-graphql';
import { nano } from '../../../kernel/money';
import type { Bucket, RoutePolicy, SpendWindow } from '../../../kernel/words';
import type { SpendLimit } from '../../../keys/api-key';
import { BucketEnum, RoutePolicyEnum, SpendWindowEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';
import { KeyPoliciesInput } from './key-policies.type';

@InputType('SpendLimitInput', { description: 'A ceiling on money in a window of time.' })
export class SpendLimitInput {
  @Field(() => BucketEnum, { description: 'The bucket that it bounds.' })
  readonly bucket: Bucket;

  @Field(() => SpendWindowEnum, { description: 'The window of time.' })
  readonly window: SpendWindow;

  @Field(() => Decimal, { description: 'Above zero, in the currency of the bucket.' })
  readonly amount: bigint;
}

/** What is alike in a new key and in a change. */
@InputType()
abstract class KeyInput extends KeyPoliciesInput {
  @Field(() => Int, { nullable: true, description: 'Requests in one minute.' })
  readonly requestsPerMinute?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens in one minute.' })
  readonly tokensPerMinute?: number | null;

  @Field(() => Int, { nullable: true, description: 'Requests in flight at once.' })
  readonly concurrency?: number | null;
}

@InputType('CreateApiKeyInput', { description: 'The key that is wanted.' })
export class CreateApiKeyInput extends KeyInput {
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

  @Field(() => [SpendLimitInput], { nullable: true, description: 'At most one for each bucket and window.' })
  readonly spendLimits?: SpendLimitInput[] | null;

  @Field(() => DateTime, { nullable: true, description: 'In the future; left out: the key does not expire.' })
  readonly expiresAt?: number | null;
}

/** null and a field that is left out differ here: null lifts a limit. */
@InputType('UpdateApiKeyInput', { description: 'What is to change of a key. What is left out stays as it is; null lifts a limit.' })
export class UpdateApiKeyInput extends KeyInput {
  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => RoutePolicyEnum, { nullable: true, description: 'What the key does when a model has routes of both types.' })
  readonly routePolicy?: RoutePolicy | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: a request may move to a route of the other type, and so be paid from the other bucket.',
  })
  readonly crossBucketFallback?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'Models of the catalog; null: every model that the route policy reaches.' })
  readonly allowedModels?: string[] | null;

  @Field(() => [SpendLimitInput], { nullable: true, description: 'Take the place of all that the key has; null or empty: none.' })
  readonly spendLimits?: SpendLimitInput[] | null;

  @Field(() => DateTime, { nullable: true, description: 'In the future; null: the key does not expire.' })
  readonly expiresAt?: number | null;
}

export function spendLimitsIn(limits: readonly SpendLimitInput[] | null | undefined): SpendLimit[] {
  return (limits ?? []).map(({ bucket, window, amount }) => ({ bucket, window, amount: nano(amount) }));
}
