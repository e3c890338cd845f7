import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { AttemptView } from '../../../gateway/views/receipt-view';
import type { GraphContext } from '../context';
import { CurrencyAmountNode } from '../ledger/currency-amount.type';
import { ChannelNode } from '../routing/channel.type';
import { viewChannelOf } from '../routing/channel-view';
import { AttemptNode } from './attempt.type';

@Resolver(() => AttemptNode)
export class AttemptFields {
  @FieldResolver(() => ChannelNode, { description: 'The channel that was tried or passed over, as it is now but for what it spoke then.' })
  channel(@Root() { channelId, protocol }: AttemptView, @Ctx() { catalog, viewer }: GraphContext): ChannelNode {
    const channel = viewChannelOf(catalog, channelId, viewer.kind === 'operator');
    return protocol == null ? channel : { ...channel, protocol };
  }

  @FieldResolver(() => CurrencyAmountNode, {
    nullable: true,
    description: 'Operators only: what the channel charges for it. Null for everybody else, and where that is not known.',
  })
  cost(@Root() { cost }: AttemptView, @Ctx() { viewer }: GraphContext): CurrencyAmountNode | null {
    return viewer.kind === 'operator' ? cost : null;
  }
}
