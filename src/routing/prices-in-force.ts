/** Which price a route has at an instant. The catalog knows what begins later, so no process has to be told when it does. */
import type { Catalog, Route } from './catalog';

/** The instant at which the next price of any route begins, in milliseconds since 1970; Infinity when none is known. */
export function nextPriceAt({ routes }: Catalog): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { upcoming } of routes.values()) next = Math.min(next, upcoming?.[0]?.effectiveFrom ?? next);
  return next;
}

/** The catalog as it is at `now`: prices that have begun by then are in force. A new snapshot; the old one stays as it was. */
export function withPricesAt(catalog: Catalog, now: number): Catalog {
  return { ...catalog, routes: new Map([...catalog.routes].map(([id, route]) => [id, withPriceAt(route, now)])) };
}

export function withPriceAt(route: Route, now: number): Route {
  const begun = (route.upcoming ?? []).filter(({ effectiveFrom }) => effectiveFrom <= now);
  const price = begun.at(-1);
  if (price === undefined) return route;
  return { ...route, price, upcoming: (route.upcoming ?? []).slice(begun.length) };
}
