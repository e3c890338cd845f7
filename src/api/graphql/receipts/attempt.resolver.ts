import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { AttemptView } from '../../../gateway/receipt-view';
import type { GraphContext } from '../context';
import { ChannelNode } from '../routing/channel.type';
import { viewChannelOf } from '../routing/channel-view';
import { AttemptNode } from './attempt.type';

@Resolver(() => AttemptNode)
export class AttemptFields {
  @FieldResolver(() => ChannelNode, { description: 'The channel that was tried or passed over.' })
  channel(@Root() { channelId }: AttemptView, @Ctx() { catalog, viewer }: GraphContext): ChannelNode {
    return viewChannelOf(catalog, channelId, viewer.kind === 'operator');
  }
}
