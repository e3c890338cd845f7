import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Bucket, RouteType } from '../../../kernel/words';
import { BucketEnum, RouteTypeEnum } from '../enums';
import { ChannelNode } from '../routing/channel.type';
import { PriceNode } from '../routing/price.type';
import { RouteChannelNode } from '../routing/route.type';
import { Decimal } from '../scalars';

@InputType('RoutePreviewInput', { description: 'A request that might be sent.' })
export class RoutePreviewInput {
  @Field(() => ID, { description: 'The key that would send it.' })
  readonly apiKeyId: string;

  @Field(() => String, { description: 'The model, as a client names it.' })
  readonly model: string;

  @Field(() => Int, { nullable: true, defaultValue: 1_000, description: 'An upper bound of its input tokens.' })
  readonly inputTokens?: number | null;

  @Field(() => Int, { nullable: true, description: 'The output limit that the client would set; left out: none.' })
  readonly maxOutputTokens?: number | null;
}

@ObjectType('Warning', { description: 'Something to know before it happens.' })
export class WarningNode {
  @Field(() => String, { description: 'A word for programs.' })
  readonly code: string;

  @Field(() => String, { description: 'A sentence for people.' })
  readonly message: string;
}

/** Where a request for a model would go now. */
@ObjectType()
abstract class ReachedFields {
  @Field(() => String, { nullable: true, description: 'Which model that means, where the name is an alias.' })
  readonly modelReason: string | null;

  @Field(() => RouteTypeEnum, { nullable: true, description: 'The type of the route that it would take.' })
  readonly routeType: RouteType | null;

  @Field(() => BucketEnum, { nullable: true, description: 'The balance that would pay.' })
  readonly bucket: Bucket | null;

  @Field(() => PriceNode, { nullable: true, description: 'The price at the channel that would be tried first now.' })
  readonly price: PriceNode | null;
}

@ObjectType('RoutePreview', { description: 'What would happen if this request were sent now. Nothing is held, nothing is sent.' })
export class RoutePreviewNode extends ReachedFields {
  @Field(() => Boolean, { description: 'Whether it would be sent to a channel.' })
  readonly callable: boolean;

  @Field(() => String, { nullable: true, description: 'Set when it would not: what to change.' })
  readonly reason: string | null;

  @Field(() => String, { description: 'The model that was asked about.' })
  readonly model: string;

  @Field(() => String, { nullable: true, description: 'Why that balance.' })
  readonly bucketReason: string | null;

  @Field(() => ChannelNode, {
    nullable: true,
    description: 'The channel that would be tried first now: the primary one, or the next where that rests or is disabled.',
  })
  readonly firstChannel: ChannelNode | null;

  @Field(() => [RouteChannelNode], {
    description:
      'The channels of the route in their order, each with the price that is charged there. The warnings name those that would be passed over.',
  })
  readonly steps: RouteChannelNode[];

  @Field(() => Decimal, { nullable: true, description: 'The hold that would be placed: the most that it can cost.' })
  readonly holdAmount: bigint | null;

  @Field(() => Decimal, { nullable: true, description: 'What can be spent from the balance now.' })
  readonly availableBefore: bigint | null;

  @Field(() => Decimal, { nullable: true, description: 'What could be spent beside the hold.' })
  readonly availableAfter: bigint | null;

  @Field(() => [WarningNode], {
    description: 'What could make it dearer, shorter, or paid from another balance, and where alone it may come from.',
  })
  readonly warnings: WarningNode[];
}

@ObjectType('CallableModel', { description: 'What a key can call, and where not, why.' })
export class CallableModelNode extends ReachedFields {
  @Field(() => String, { description: 'The id of the model, or an alias.' })
  readonly model: string;

  @Field(() => Boolean, { description: 'Whether the smallest request would be sent to a channel now.' })
  readonly callable: boolean;

  @Field(() => Boolean, { description: 'Whether a second channel of the route could take it, if the first one failed.' })
  readonly hasBackup: boolean;

  @Field(() => String, { nullable: true, description: "Set when callable is false: what to change, in the user's words." })
  readonly reason: string | null;

  @Field(() => [WarningNode], {
    description: 'What could make it dearer, shorter, or served by another channel, and where alone it may come from.',
  })
  readonly warnings: WarningNode[];
}
