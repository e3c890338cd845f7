/**
 * What an operator declares to sell, checked and with every default filled in, before it is stored. Ids are unique and
 * every name that is referred to exists.
 */
import type { PriceAmounts } from '../kernel/price-amounts';
import type { RouteType } from '../kernel/words';
import type { Channel, CostVersion, Model, PriceVersion, RouteStep, Stickiness } from './catalog';

/** The amounts of a price, before it has become a version. */
export type DeclaredPrice = PriceAmounts & Pick<PriceVersion, 'multiplier'>;

/** The amounts of a channel's cost, before they have become a version. */
export type DeclaredCost = PriceAmounts & Pick<CostVersion, 'currency'>;

export type DeclaredChannel = Pick<
  Channel,
  'id' | 'name' | 'protocol' | 'baseUrl' | 'apiKey' | 'apiKeys' | 'timeouts' | 'onClientGone' | 'breaker'
>;

export type DeclaredStep = Pick<RouteStep, 'channelId' | 'upstreamModel' | 'maxAttempts' | 'priority' | 'weight'> & {
  /** null: the route's price. */
  readonly price: DeclaredPrice | null;
  /** null: what the channel charges is not known. */
  readonly cost: DeclaredCost | null;
};

export interface DeclaredRoute {
  /** `model:TYPE`. */
  readonly id: string;
  readonly model: string;
  readonly type: RouteType;
  readonly sticky?: Stickiness | undefined;
  readonly price: DeclaredPrice;
  /** In the order in which they are tried; at least one. */
  readonly steps: readonly DeclaredStep[];
}

/** Models stand in the order in which they are listed to callers. */
export interface DeclaredCatalog {
  readonly channels: readonly DeclaredChannel[];
  readonly models: readonly Model[];
  readonly routes: readonly DeclaredRoute[];
  /** By alias: each names a model and never another alias. Left out: none. */
  readonly aliases?: ReadonlyMap<string, string>;
}
