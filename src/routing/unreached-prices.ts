/** Prices that a catalog has for prompts which its models do not read. Pure. */
import type { Catalog, Route } from './catalog';

export interface UnreachedPrice {
  /** `model:TYPE`. */
  readonly route: string;
  /** The channel that has this price of its own; null: it is the route's. */
  readonly channel: string | null;
  readonly above: number;
  readonly contextWindow: number;
}

/**
 * The thresholds of long prompts that are the context window of their model, or more, those of prices that begin later included. No prompt
 * is held as longer than the window, so that nothing is ever held at these prices, nor charged beyond what is held.
 */
export function unreachedPrices({ models, routes }: Catalog): readonly UnreachedPrice[] {
  return [...routes.values()].flatMap((route) => {
    const contextWindow = models.get(route.model)?.contextWindow ?? Number.POSITIVE_INFINITY;
    return thresholdsOf(route).flatMap((threshold) =>
      threshold.above < contextWindow ? [] : [{ route: route.id, ...threshold, contextWindow }],
    );
  });
}

/** Each once, whatever the number of prices in time that have it. */
function thresholdsOf({ price, upcoming = [], steps }: Route) {
  const prices = [price, ...upcoming, ...steps.flatMap((step) => step.price ?? [])];
  const all = prices.flatMap(({ channelId: channel, longPrompts = [] }) => longPrompts.map(({ above }) => ({ channel, above })));
  return [...new Map(all.map((each) => [`${each.above} ${each.channel}`, each])).values()];
}
