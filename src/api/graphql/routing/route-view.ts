/** Routes in the shape of the graph. */

import { bucketOf, type ChannelRole } from '../../../kernel/words';
import type { Route, RouteStep } from '../../../routing/catalog';
import { roleAt } from '../../../routing/priorities';
import type { GraphContext } from '../context';
import { viewChannelOf } from './channel-view';
import { viewPrice } from './price-view';
import type { RouteChannelNode, RouteNode } from './route.type';

type Seen = Pick<GraphContext, 'catalog' | 'viewer'>;

export function viewRoute(seen: Seen, route: Route): RouteNode {
  const { id, model, type, enabled } = route;
  const channels = route.steps.map((step, index) => viewStep(seen, step, roleAt(route.steps, index)));
  const upcomingPrices = (route.upcoming ?? []).map(viewPrice);
  return { id, model, type, bucket: bucketOf(type), enabled, price: viewPrice(route.price), upcomingPrices, channels };
}

export function viewStep({ catalog, viewer }: Seen, step: RouteStep, role: ChannelRole): RouteChannelNode {
  return {
    channel: viewChannelOf(catalog, step.channelId, viewer.kind === 'operator'),
    role,
    upstreamModel: step.upstreamModel,
    maxAttempts: step.maxAttempts,
    price: step.price === null ? null : viewPrice(step.price),
    cost: viewer.kind === 'operator' ? step.cost : null,
  };
}
