/**
 * What the operator sells: models, their routes, and the channels behind them. A `Catalog` is an immutable snapshot;
 * the flow plans every request on one snapshot and never looks twice.
 */
import type { PriceAmounts } from '../kernel/price-amounts';
import { secretMark } from '../kernel/secret';
import type { Currency, RouteType } from '../kernel/words';
import type { BreakerOptions } from './health/breaker-settings';

export const PROTOCOLS = ['openai', 'anthropic', 'gemini'] as const;
/** The wire format that a channel speaks. */
export type Protocol = (typeof PROTOCOLS)[number];

/** Deadlines of one attempt, in milliseconds. `firstByteMs` runs from sending to the first byte of the body. */
export interface ChannelTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** What the upstream bills after a client has left: the whole answer (`drain`) or what it had sent (`cancel`). */
export type OnClientGone = 'drain' | 'cancel';

/** An upstream account: where requests go. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly protocol: Protocol;
  readonly baseUrl: string;
  /** The provider's secret, opened; never leaves the process but in the upstream's own header. */
  readonly apiKey: string;
  /** All of them where it has several, in the order of the catalog; `apiKey` is the one in use, or the first. Left out: it has one. */
  readonly apiKeys?: readonly string[] | undefined;
  readonly timeouts: ChannelTimeouts;
  readonly onClientGone: OnClientGone;
  /** When it is passed over for failing; left out: as channels are by default. */
  readonly breaker?: BreakerOptions | undefined;
  readonly enabled: boolean;
  /** true: it has left the catalog. No route uses it any more; it is kept, without its secret, so that receipts can name it. */
  readonly retired?: boolean;
}

export interface Model {
  readonly id: string;
  /** Tokens that input and output may have together. */
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** Upper bound for one image, file or audio part, in tokens. */
  readonly mediaPartTokens: number;
}

/** High enough for any price that is meant, and low enough that no ceiling of a request leaves the range of a balance. In nano units. */
export const PRICE_MAX = 100_000_000_000_000n;
/** In units of 10⁻⁹. */
export const MULTIPLIER_MAX = 100_000_000_000n;

/**
 * One immutable price. Amounts are nano units of the route's currency per one million tokens (`perRequest`: per request);
 * `multiplier` is in units of 10⁻⁹, so `1_000_000_000n` changes nothing.
 */
export interface PriceVersion extends PriceAmounts {
  readonly id: string;
  readonly routeId: string;
  /** The step that the price is for; null: every step of the route without a price of its own. */
  readonly channelId: string | null;
  readonly multiplier: bigint;
  /** Milliseconds since 1970. */
  readonly effectiveFrom: number;
}

/**
 * One immutable version of what a channel charges the operator for a step. Amounts are nano units of `currency`, whatever
 * the route's own is, per one million tokens (`perRequest`: per request that used something). The operator's alone to see.
 */
export interface CostVersion extends PriceAmounts {
  readonly id: string;
  readonly channelId: string;
  readonly currency: Currency;
  /** Milliseconds since 1970. */
  readonly effectiveFrom: number;
}

export const STICKINESS = ['key', 'prefix'] as const;
/** What keeps requests on one of several channels of a priority, for the sake of its prompt cache: who asks, or how the prompt begins. */
export type Stickiness = (typeof STICKINESS)[number];

/** One place of a route, in the order in which they are tried. */
export interface RouteStep {
  readonly channelId: string;
  readonly upstreamModel: string;
  readonly maxAttempts: number;
  /** Those with the smallest are tried first, equal ones in an order that is drawn; left out: its place, from one. */
  readonly priority?: number | undefined;
  /** How often it is drawn among those of its priority; left out: 1. */
  readonly weight?: number | undefined;
  /** The step's own price, where it has one. */
  readonly price: PriceVersion | null;
  /** What the channel charges the operator, where the catalog says so. */
  readonly cost: CostVersion | null;
}

export interface Route {
  /** `model:TYPE`. */
  readonly id: string;
  readonly model: string;
  readonly type: RouteType;
  readonly enabled: boolean;
  readonly price: PriceVersion;
  /** Left out: every request is drawn anew. */
  readonly sticky?: Stickiness | undefined;
  /** Prices that begin later, in the order in which they do; left out: none is known. */
  readonly upcoming?: readonly PriceVersion[];
  readonly steps: readonly RouteStep[];
}

export interface Catalog {
  /** Grows by one with every change that was applied. */
  readonly revision: number;
  readonly models: ReadonlyMap<string, Model>;
  readonly channels: ReadonlyMap<string, Channel>;
  /** By route id. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Other names of models, by alias: each names the id of a model. Left out: there are none. */
  readonly aliases?: ReadonlyMap<string, string>;
}

/** `model:TYPE`. */
export function routeId(model: string, type: RouteType): string {
  return `${model}:${type}`;
}

/** Whether a route leads to the upstream model on the channel. Looks through all of them. */
export function leadsTo({ routes }: Catalog, channelId: string, upstreamModel: string): boolean {
  return [...routes.values()].some(({ steps }) =>
    steps.some((step) => step.channelId === channelId && step.upstreamModel === upstreamModel),
  );
}

/** What may be written down of a channel. */
export function withoutSecrets(channel: Channel): object {
  return Object.fromEntries(
    Object.entries(channel).map(([name, value]) => (name.startsWith('apiKey') ? [name, secretMark(JSON.stringify(value))] : [name, value])),
  );
}
