import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Bucket, ChannelRole, RouteType } from '../../../kernel/words';
import { BucketEnum, ChannelRoleEnum, RouteTypeEnum } from '../enums';
import { ChannelNode } from './channel.type';
import { ChannelCostNode } from './channel-cost.type';
import { PriceNode } from './price.type';

@ObjectType('RouteChannel', { description: 'One place of a route.' })
export class RouteChannelNode {
  @Field(() => ChannelNode, { description: 'Where requests go.' })
  readonly channel: ChannelNode;

  @Field(() => ChannelRoleEnum, { description: 'Those of the first priority are primary, the rest are backups.' })
  readonly role: ChannelRole;

  @Field(() => Int, { description: 'The smallest are tried first; the order of equal ones is drawn for each request.' })
  readonly priority: number;

  @Field(() => Int, { description: 'How often it is drawn among those of its priority.' })
  readonly weight: number;

  @Field(() => String, { description: 'The name of the model that is sent to the provider.' })
  readonly upstreamModel: string;

  @Field(() => Int, { description: 'How often the channel is tried before the next one.' })
  readonly maxAttempts: number;

  @Field(() => PriceNode, { nullable: true, description: 'Its own price; null: the price of the route.' })
  readonly price: PriceNode | null;

  @Field(() => ChannelCostNode, {
    nullable: true,
    description: 'Operators only: what the channel charges here, where the catalog says so.',
  })
  readonly cost: ChannelCostNode | null;
}

@ObjectType('Route', { description: 'How a model is reached and what it costs there.' })
export class RouteNode {
  @Field(() => ID, { description: 'The model and the type: gpt-5-mini:ORDINARY.' })
  readonly id: string;

  @Field(() => String, { description: 'The id of the model.' })
  readonly model: string;

  @Field(() => RouteTypeEnum, { description: 'Decides the bucket.' })
  readonly type: RouteType;

  @Field(() => BucketEnum, { description: 'The balance that pays.' })
  readonly bucket: Bucket;

  @Field(() => Boolean, { description: 'Whether requests may take it now.' })
  readonly enabled: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'What keeps requests on one of several channels of a priority, for its prompt cache: key or prefix. Null: prompt_cache_key alone.',
  })
  readonly sticky: string | null;

  @Field(() => PriceNode, { description: 'The price now.' })
  readonly price: PriceNode;

  @Field(() => [PriceNode], {
    description: 'Prices that begin later, in the order in which they do. Until then nothing costs as they say.',
  })
  readonly upcomingPrices: PriceNode[];

  @Field(() => [RouteChannelNode], { description: 'In the order in which they are tried; the first is the primary.' })
  readonly channels: RouteChannelNode[];
}

@ObjectType('Model', { description: 'A model of the catalog.' })
export class ModelNode {
  @Field(() => ID, { description: 'What clients send as `model`.' })
  readonly id: string;

  @Field(() => Int, { nullable: true, description: 'Tokens that input and output may have together.' })
  readonly contextWindow: number | null;

  @Field(() => Int, { nullable: true, description: 'The most output tokens of one answer.' })
  readonly maxOutputTokens: number | null;
}
