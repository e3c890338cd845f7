import { Field, Int, ObjectType } from 'type-graphql';
import type { BreakerState } from '../../../routing/health/breaker';
import type { HealthWord } from '../../../routing/health/health-report';
import { BreakerStateEnum, ChannelHealthEnum } from '../enums';
import { DateTime } from '../scalars';

@ObjectType('ChannelModelHealth', {
  description:
    'How calls of one upstream model on a channel went: those of all processes that share a Redis, up to about a second late, else those of the one that answers.',
  simpleResolvers: true,
})
export class ChannelModelHealthNode {
  @Field(() => String, { description: 'The name of the model that is sent to the provider.' })
  readonly upstreamModel: string;

  @Field(() => ChannelHealthEnum, { description: 'What the breaker says of it now.' })
  readonly health: HealthWord;

  @Field(() => BreakerStateEnum, { description: 'The state of the breaker.' })
  readonly breaker: BreakerState;

  @Field(() => String, { nullable: true, description: 'What stands against it.' })
  readonly reason: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is tried again; null where it is used, or a probe decides.' })
  readonly openUntil: number | null;

  @Field(() => Int, { description: 'Calls of the last 10 seconds that say something of the channel.' })
  readonly requests: number;

  @Field(() => Int, { description: 'Those of them that failed by its fault.' })
  readonly failures: number;

  @Field(() => Int, { nullable: true, description: 'Half of the calls that were answered took no longer, in milliseconds.' })
  readonly latencyMs: number | null;

  @Field(() => Int, { nullable: true, description: 'Nineteen of twenty took no longer, in milliseconds.' })
  readonly slowLatencyMs: number | null;

  @Field(() => Int, { nullable: true, description: 'Half of them had the first byte of their answer by then, in milliseconds.' })
  readonly timeToFirstTokenMs: number | null;
}

@ObjectType('ChannelSecretHealth', {
  description: 'One of several secrets of a channel, by its place. It is never readable.',
  simpleResolvers: true,
})
export class ChannelSecretHealthNode {
  @Field(() => Int, { description: 'From one, in the order of the catalog.' })
  readonly ordinal: number;

  @Field(() => ChannelHealthEnum, { description: 'OPEN: it is put aside.' })
  readonly health: HealthWord;

  @Field(() => String, { nullable: true, description: 'Why it is put aside.' })
  readonly reason: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is tried again.' })
  readonly openUntil: number | null;
}
