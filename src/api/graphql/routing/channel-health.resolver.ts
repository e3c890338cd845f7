import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type ChannelHealthReport, type HealthWord, reportOf } from '../../../routing/health/health-report';
import type { GraphContext } from '../context';
import { ChannelHealthEnum } from '../enums';
import { DateTime } from '../scalars';
import { ChannelNode } from './channel.type';
import { ChannelModelHealthNode, ChannelSecretHealthNode } from './channel-health.type';

@Resolver(() => ChannelNode)
export class ChannelHealthFields {
  @FieldResolver(() => ChannelHealthEnum, {
    description: 'How it is now, as the worst of its upstream models is. OPEN: passed over. DEGRADED: probed, or failing often.',
  })
  health(@Root() { id }: ChannelNode, @Ctx() context: GraphContext): HealthWord {
    return reportFor(context, id).health;
  }

  @FieldResolver(() => String, { nullable: true, description: 'What stands against it; null: nothing does.' })
  healthReason(@Root() { id }: ChannelNode, @Ctx() context: GraphContext): string | null {
    return reportFor(context, id).reason;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'When it is tried again; null where it is used, or a probe decides.' })
  openUntil(@Root() { id }: ChannelNode, @Ctx() context: GraphContext): number | null {
    return reportFor(context, id).openUntil;
  }

  @FieldResolver(() => [ChannelModelHealthNode], {
    nullable: true,
    description: 'Operators only: what was seen of each upstream model. Null for everybody else.',
  })
  upstreamModels(@Root() { id }: ChannelNode, @Ctx() context: GraphContext): readonly ChannelModelHealthNode[] | null {
    return context.viewer.kind === 'operator' ? reportFor(context, id).models : null;
  }

  @FieldResolver(() => [ChannelSecretHealthNode], {
    nullable: true,
    description: 'Operators only: the secrets of a channel that has several, once it was used. Null for everybody else.',
  })
  secrets(@Root() { id }: ChannelNode, @Ctx() context: GraphContext): readonly ChannelSecretHealthNode[] | null {
    return context.viewer.kind === 'operator' ? reportFor(context, id).secrets : null;
  }
}

function reportFor({ sources }: GraphContext, channelId: string): ChannelHealthReport {
  return reportOf(sources.health, channelId, sources.clock);
}
