/** Routes in the shape of the graph. */

import { bucketOf } from '../../../kernel/words';
import type { Route, RouteStep } from '../../../routing/catalog';
import { priorityAt, roleAt } from '../../../routing/priorities';
import type { GraphContext } from '../context';
import { viewChannelOf } from './channel-view';
import { viewPrice } from './price-view';
import type { RouteChannelNode, RouteNode } from './route.type';

type Seen = Pick<GraphContext, 'catalog' | 'viewer'>;

export function viewRoute(seen: Seen, route: Route): RouteNode {
  const { id, model, type, enabled } = route;
  const channels = viewSteps(seen, route);
  const upcomingPrices = (route.upcoming ?? []).map(viewPrice);
  const sticky = route.sticky ?? null;
  return { id, model, type, bucket: bucketOf(type), enabled, sticky, price: viewPrice(route.price), upcomingPrices, channels };
}

/** The places of a route, in the order of the catalog. */
export function viewSteps(seen: Seen, { steps }: Route): RouteChannelNode[] {
  return steps.map((step, index) => ({ ...viewStep(seen, step), role: roleAt(steps, index), priority: priorityAt(step, index) }));
}

function viewStep({ catalog, viewer }: Seen, step: RouteStep): Omit<RouteChannelNode, 'role' | 'priority'> {
  return {
    channel: viewChannelOf(catalog, step.channelId, viewer.kind === 'operator'),
    weight: step.weight ?? 1,
    upstreamModel: step.upstreamModel,
    maxAttempts: step.maxAttempts,
    price: step.price === null ? null : viewPrice(step.price),
    cost: viewer.kind === 'operator' ? step.cost : null,
  };
}
