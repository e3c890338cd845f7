import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import type { Route } from '../../../routing/catalog';
import type { Written } from '../../../routing/catalog-edit';
import {
  createChannel,
  createModel,
  createRoute,
  type EditManagement,
  retireChannel,
  retireModel,
  retireRoute,
  updateChannel,
  updateModel,
  updateRoute,
} from '../../../routing/edit-catalog';
import type { GraphContext } from '../context';
import { DateTime } from '../scalars';
import { CatalogEntry } from './catalog-inputs';
import { ChannelNode } from './channel.type';
import { viewChannel } from './channel-view';
import { ModelNode, RouteNode } from './route.type';
import { viewRoute } from './route-view';

const ID_OF_CHANNEL = { description: 'The id of the channel.' };
const ID_OF_MODEL = { description: 'The id of the model.' };
const ID_OF_ROUTE = { description: 'The model and the type: gpt-5-mini:ORDINARY.' };
const DECLARED = { description: "What the catalog's file would declare, with its rules: every fault is named at once, with its path." };
const CHANGED = { description: 'What is to be different.' };
const STANDS = "It stands over restarts until the catalog's file declares something else.";

@Resolver()
export class CatalogEditResolver {
  @Mutation(() => ChannelNode, { description: `Operators only. A new channel; its secret is sealed and never shown again. ${STANDS}` })
  async createChannel(@Ctx() context: GraphContext, @Arg('input', () => CatalogEntry, DECLARED) written: Written): Promise<ChannelNode> {
    return viewChannel(await createChannel(managementOf(context), written), true);
  }

  @Mutation(() => ChannelNode, { description: `Operators only. Attempts that are under way go on as they began. ${STANDS}` })
  async updateChannel(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, ID_OF_CHANNEL) id: string,
    @Arg('input', () => CatalogEntry, CHANGED) written: Written,
  ): Promise<ChannelNode> {
    return viewChannel(await updateChannel(managementOf(context), id, written), true);
  }

  @Mutation(() => ChannelNode, {
    description: 'Operators only. It must be in no route. Receipts go on naming it; its secret is not used again.',
  })
  async retireChannel(@Ctx() context: GraphContext, @Arg('id', () => ID, ID_OF_CHANNEL) id: string): Promise<ChannelNode> {
    return viewChannel(await retireChannel(managementOf(context), id), true);
  }

  @Mutation(() => ModelNode, {
    description: `Operators only. A new model, listed behind the others; it is sold once it has a route. ${STANDS}`,
  })
  createModel(@Ctx() context: GraphContext, @Arg('input', () => CatalogEntry, DECLARED) written: Written): Promise<ModelNode> {
    return createModel(managementOf(context), written);
  }

  @Mutation(() => ModelNode, { description: `Operators only. ${STANDS}` })
  updateModel(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, ID_OF_MODEL) id: string,
    @Arg('input', () => CatalogEntry, CHANGED) written: Written,
  ): Promise<ModelNode> {
    return updateModel(managementOf(context), id, written);
  }

  @Mutation(() => ModelNode, { description: 'Operators only. It must have no route. Gives it as it was.' })
  retireModel(@Ctx() context: GraphContext, @Arg('id', () => ID, ID_OF_MODEL) id: string): Promise<ModelNode> {
    return retireModel(managementOf(context), id);
  }

  @Mutation(() => RouteNode, { description: `Operators only. A new route of a model, of a type that it has no route of yet. ${STANDS}` })
  async createRoute(
    @Ctx() context: GraphContext,
    @Arg('input', () => CatalogEntry, DECLARED) written: Written,
    @Arg('enabled', () => Boolean, { nullable: true, defaultValue: true, description: 'false: nothing takes it yet.' }) enabled:
      | boolean
      | null,
  ): Promise<RouteNode> {
    return seen(context, await createRoute(managementOf(context), written, enabled ?? true));
  }

  @Mutation(() => RouteNode, {
    description: `Operators only. Steps are written all together, in their order. Requests that are planned by then go on as planned. ${STANDS}`,
  })
  async updateRoute(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, ID_OF_ROUTE) id: string,
    @Arg('input', () => CatalogEntry, CHANGED) written: Written,
    @Arg('enabled', () => Boolean, { nullable: true, description: 'false: no request takes it any more; left out: as it stands.' })
    enabled: boolean | null,
    @Arg('priceFrom', () => DateTime, { nullable: true, description: 'When the price of the route that is written begins; left out: now.' })
    priceFrom: number | null,
  ): Promise<RouteNode> {
    const how = { enabled: enabled ?? null, priceFrom: priceFrom ?? null };
    return seen(context, await updateRoute(managementOf(context), id, written, how));
  }

  @Mutation(() => RouteNode, { description: 'Operators only. Gives it as it was. Receipts keep its price versions.' })
  async retireRoute(@Ctx() context: GraphContext, @Arg('id', () => ID, ID_OF_ROUTE) id: string): Promise<RouteNode> {
    return seen(context, await retireRoute(managementOf(context), id));
  }
}

/** With the channels that stand now: those of the request may be older than the change. */
function seen({ sources, viewer }: GraphContext, route: Route): RouteNode {
  return viewRoute({ catalog: sources.catalog.current(), viewer }, route);
}

/** @throws Fault `forbidden` for everybody but the operator */
function managementOf({ viewer, sources }: GraphContext): EditManagement {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may change what is sold.');
  const researchModels = new Set(Object.values(sources.researchManagement.setup?.models ?? {}));
  return { catalog: sources.catalog, editor: sources.catalog, clock: sources.clock, entries: sources.catalogEntries, researchModels };
}
