/** Catalogs for tests, from the few things that a test cares about. */
import { type Nano, nano, parseDecimal } from '../../src/kernel/money';
import type { RouteType } from '../../src/kernel/words';
import { type Catalog, type Channel, type Model, type PriceVersion, type Route, routeId } from '../../src/routing/catalog';

export function amount(decimal: string): Nano {
  const units = parseDecimal(decimal);
  if (units === undefined) throw new Error(`not a decimal: ${decimal}`);
  return nano(units);
}

export function aPrice(overrides: Partial<PriceVersion> = {}): PriceVersion {
  return {
    id: 'm:ORDINARY#1',
    routeId: 'm:ORDINARY',
    channelId: null,
    input: amount('1'),
    cachedInput: null,
    cacheWrite: null,
    output: amount('4'),
    perRequest: null,
    multiplier: 1_000_000_000n,
    effectiveFrom: 0,
    ...overrides,
  };
}

export function aChannel(id: string, overrides: Partial<Channel> = {}): Channel {
  return {
    id,
    name: id,
    protocol: 'openai',
    baseUrl: 'http://127.0.0.1:9/v1',
    apiKey: 'sk-upstream',
    timeouts: { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 5_000 },
    onClientGone: 'drain',
    enabled: true,
    ...overrides,
  };
}

export function aModel(id: string, overrides: Partial<Model> = {}): Model {
  return { id, contextWindow: 8_000, maxOutputTokens: 1_000, mediaPartTokens: 2_000, ...overrides };
}

export function aRoute(model: string, type: RouteType, channels: readonly (string | Partial<Route['steps'][number]>)[]): Route {
  const id = routeId(model, type);
  return {
    id,
    model,
    type,
    enabled: true,
    price: aPrice({ id: `${id}#1`, routeId: id }),
    steps: channels.map((step) => {
      const given = typeof step === 'string' ? { channelId: step } : step;
      return { channelId: 'a', upstreamModel: model, maxAttempts: 1, price: null, cost: null, ...given };
    }),
  };
}

export function aCatalog(parts: { models?: readonly Model[]; channels?: readonly Channel[]; routes?: readonly Route[] }): Catalog {
  const byId = <T extends { readonly id: string }>(items: readonly T[] = []) => new Map(items.map((item) => [item.id, item]));
  return { revision: 1, models: byId(parts.models), channels: byId(parts.channels), routes: byId(parts.routes) };
}

/** Each of the channels is sold for each of the upstream models. */
export function aCatalogOf(channels: readonly Channel[], upstreamModels: readonly string[]): Catalog {
  const routes = upstreamModels.map((upstreamModel) =>
    aRoute(
      upstreamModel,
      'ORDINARY',
      channels.map(({ id }) => id),
    ),
  );
  return aCatalog({ channels, routes });
}
