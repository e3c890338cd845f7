import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AttemptStatus, ChannelRole } from '../../../kernel/words';
import { AttemptStatusEnum, ChannelRoleEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';
import { UsageNode } from './usage.type';

@ObjectType('Attempt', { description: 'One try on a channel, or one step that was passed over.', simpleResolvers: true })
export class AttemptNode {
  @Field(() => ID, { description: 'The receipt and the index.' })
  readonly id: string;

  @Field(() => Int, { description: 'From zero, over the whole request.' })
  readonly index: number;

  @Field(() => String, { nullable: true, description: 'The wire format that the channel spoke then; null where that was not recorded.' })
  readonly protocol?: string | null;

  @Field(() => ChannelRoleEnum, { description: 'The place of the channel in the route.' })
  readonly role: ChannelRole;

  @Field(() => Int, { description: '0 for the first try on a channel.' })
  readonly retry: number;

  @Field(() => AttemptStatusEnum, { description: 'How it ended.' })
  readonly status: AttemptStatus;

  @Field(() => String, { description: 'The name of the model that was sent.' })
  readonly upstreamModel: string;

  @Field(() => String, { nullable: true, description: "The provider's own id of the call." })
  readonly upstreamRequestId: string | null;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the provider; null when no answer came.' })
  readonly providerStatus: number | null;

  @Field(() => String, { nullable: true, description: "What went wrong: a word of the gateway, or the provider's own error code." })
  readonly errorCode: string | null;

  @Field(() => String, { nullable: true, description: 'What went wrong, for people.' })
  readonly errorMessage: string | null;

  @Field(() => UsageNode, { description: 'The tokens of this attempt.' })
  readonly usage: UsageNode;

  @Field(() => DateTime, { description: 'When it was sent.' })
  readonly startedAt: number;

  @Field(() => Int, { nullable: true, description: 'From sending to the end, in milliseconds.' })
  readonly latencyMs: number | null;

  @Field(() => Int, { nullable: true, description: 'From sending to the first byte of the answer, in milliseconds.' })
  readonly timeToFirstTokenMs: number | null;

  @Field(() => Decimal, { description: 'What this attempt cost the user.' })
  readonly charge: bigint;

  @Field(() => String, { description: 'Why it cost that.' })
  readonly chargeReason: string;
}
