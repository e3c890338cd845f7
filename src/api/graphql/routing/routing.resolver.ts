import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import type { GraphContext } from '../context';
import { ChannelNode } from './channel.type';
import { viewChannel } from './channel-view';
import { ModelNode, RouteNode } from './route.type';
import { viewRoute } from './route-view';
import { visibleModels, visibleRoutes } from './visible-routes';

@Resolver(() => ModelNode)
export class RoutingResolver {
  @Query(() => [ModelNode], { description: 'The models of the catalog, in its order; for a key: those that it may call.' })
  models(@Ctx() context: GraphContext): ModelNode[] {
    return visibleModels(context);
  }

  @FieldResolver(() => [RouteNode], { name: 'routes', description: 'At most one of each type.' })
  routesOfModel(@Root() model: ModelNode, @Ctx() context: GraphContext): RouteNode[] {
    return routesOf(context, model.id);
  }

  @Query(() => [RouteNode], { description: 'The routes of the catalog, or those of one model; for a key: those that it may take.' })
  routes(
    @Ctx() context: GraphContext,
    @Arg('model', () => String, { nullable: true, description: 'The id of a model.' }) model: string | null,
  ): RouteNode[] {
    return routesOf(context, model ?? null);
  }

  @Query(() => [ChannelNode], { description: 'Operators only. The channels of the catalog, by id, and how they are.' })
  channels(@Ctx() { catalog, viewer }: GraphContext): ChannelNode[] {
    if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may list channels.');
    const inUse = [...catalog.channels.values()].filter((channel) => channel.retired !== true);
    return inUse.map((channel) => viewChannel(channel, true));
  }
}

function routesOf(context: GraphContext, model: string | null): RouteNode[] {
  const routes = visibleRoutes(context).filter((route) => model === null || route.model === model);
  return routes.map((route) => viewRoute(context, route));
}
