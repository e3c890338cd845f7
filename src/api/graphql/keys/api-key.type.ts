import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { RoutePolicy } from '../../../kernel/words';
import type { KeyStatus } from '../../../keys/api-key';
import { KeyStatusEnum, RoutePolicyEnum } from '../enums';
import { DateTime } from '../scalars';
import { KeyPoliciesFields } from './key-policies.type';

@ObjectType('KeyLimits', { description: 'Limits on the use of a key. null: no limit.' })
export class KeyLimitsNode {
  @Field(() => Int, { nullable: true, description: 'Requests in one minute.' })
  readonly requestsPerMinute: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens in one minute.' })
  readonly tokensPerMinute: number | null;

  @Field(() => Int, { nullable: true, description: 'Requests in flight at once.' })
  readonly concurrency: number | null;
}

@ObjectType('ApiKey', { description: 'What a client calls with: it names the account that pays, the project, and what may be reached.' })
export class ApiKeyNode extends KeyPoliciesFields {
  @Field(() => ID, { description: 'Stays the same when the secret is rotated.' })
  readonly id: string;

  @Field(() => ID, { description: 'The account that pays.' })
  readonly accountId: string;

  @Field(() => String, { description: 'Chosen by the owner.' })
  readonly name: string;

  @Field(() => String, { description: 'The public part of the secret, safe to show: sk-tf-AbC123…' })
  readonly prefix: string;

  @Field(() => KeyStatusEnum, { description: 'Whether the key may call now.' })
  readonly status: KeyStatus;

  @Field(() => RoutePolicyEnum, { description: 'What the key does when a model has routes of both types.' })
  readonly routePolicy: RoutePolicy;

  @Field(() => Boolean, { description: 'false: a request never moves to a route of the other type, so never to the other bucket.' })
  readonly crossBucketFallback: boolean;

  @Field(() => [String], { nullable: true, description: 'null: every model of the catalog that the route policy reaches.' })
  readonly allowedModels: readonly string[] | null;

  @Field(() => KeyLimitsNode, { description: 'Limits that the owner set.' })
  readonly limits: KeyLimitsNode;

  @Field(() => DateTime, { description: 'When the key was made.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'null: the key does not expire.' })
  readonly expiresAt: number | null;
}

@ObjectType('CreatedApiKey', { description: 'A key with its secret.' })
export class CreatedApiKeyNode {
  @Field(() => ApiKeyNode, { description: 'The key.' })
  readonly apiKey: ApiKeyNode;

  @Field(() => String, { description: 'Shown this once and stored only as a hash: keep it now.' })
  readonly secret: string;
}
