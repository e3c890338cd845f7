import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { type CatalogManagement, setChannelStatus, setPrice } from '../../../routing/operate-catalog';
import type { GraphContext } from '../context';
import { ChannelStatusEnum } from '../enums';
import { DateTime } from '../scalars';
import { ChannelNode } from './channel.type';
import { type ChannelView, viewChannel } from './channel-view';
import { PriceInput, priceWishOf } from './price.input';
import { PriceNode } from './price.type';
import { viewPrice } from './price-view';

@Resolver()
export class CatalogChangeResolver {
  @Mutation(() => PriceNode, {
    description:
      'Operators only. A new price version for a route, from now on or from an instant on. Steps with a price of their own keep it, and so do receipts.',
  })
  async setPrice(
    @Ctx() context: GraphContext,
    @Arg('routeId', () => ID, { description: 'The model and the type: gpt-5-mini:ORDINARY.' }) routeId: string,
    @Arg('price', () => PriceInput, { description: 'What it is to cost.' }) price: PriceInput,
  ): Promise<PriceNode> {
    return viewPrice(await setPrice(managementOf(context, 'set prices'), routeId, priceWishOf(price)));
  }

  @Mutation(() => PriceNode, {
    description: 'Operators only. Takes back a price that has not begun, and gives it: what is in force by then stays so.',
  })
  async withdrawPrice(
    @Ctx() context: GraphContext,
    @Arg('routeId', () => ID, { description: 'The model and the type: gpt-5-mini:ORDINARY.' }) routeId: string,
    @Arg('effectiveFrom', () => DateTime, { description: 'When it was to begin, as upcomingPrices tells it.' }) effectiveFrom: number,
  ): Promise<PriceNode> {
    return viewPrice(await managementOf(context, 'withdraw prices').editor.withdrawRoutePrice(routeId, effectiveFrom));
  }

  @Mutation(() => ChannelNode, {
    description:
      'Operators only. A disabled channel is passed over by every attempt that has not begun, in every process within two seconds.',
  })
  async setChannelStatus(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the channel.' }) id: string,
    @Arg('status', () => ChannelStatusEnum, { description: 'What it is to be.' }) status: ChannelView['status'],
  ): Promise<ChannelNode> {
    return viewChannel(await setChannelStatus(managementOf(context, 'change channels'), id, status === 'ENABLED'), true);
  }
}

/** @throws Fault `forbidden` for everybody but the operator */
function managementOf({ viewer, sources }: GraphContext, what: string): CatalogManagement {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', `Only the operator may ${what}.`);
  return { catalog: sources.catalog, editor: sources.catalog, clock: sources.clock };
}
