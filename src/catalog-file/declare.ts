/** From the text of a checked catalog to what it declares: amounts as nano units, instants as milliseconds, defaults filled in. */
import { invariant } from '../kernel/invariant';
import { nano, parseDecimal } from '../kernel/money';
import { BUCKETS } from '../kernel/words';
import type { DeclaredAccount, DeclaredKey } from '../keys/declared-account';
import { routeId } from '../routing/catalog';
import type { DeclaredCatalog, DeclaredChannel, DeclaredPrice, DeclaredRoute } from '../routing/declared-catalog';
import type { CatalogText } from './catalog-schema';

type ChannelText = CatalogText['channels'][number];
type RouteText = CatalogText['routes'][number];
type PriceText = RouteText['price'];
type AccountText = CatalogText['accounts'][number];
type KeyText = AccountText['keys'][number];

/** What research runs use. */
export interface DeclaredResearch {
  readonly models: { readonly quick: string; readonly deep: string };
  readonly marketData: { readonly provider: string };
}

/** Everything that a catalog declares, complete and consistent. */
export interface Declaration {
  readonly routing: DeclaredCatalog;
  readonly accounts: readonly DeclaredAccount[];
  readonly research: DeclaredResearch | null;
}

export function declare(catalog: CatalogText): Declaration {
  return {
    routing: {
      channels: catalog.channels.map(declareChannel),
      models: catalog.models.map((model) => ({ ...model, mediaPartTokens: model.mediaPartTokens ?? model.contextWindow })),
      routes: catalog.routes.map(declareRoute),
    },
    accounts: catalog.accounts.map(declareAccount),
    research: catalog.research ?? null,
  };
}

function declareChannel(channel: ChannelText): DeclaredChannel {
  return { ...channel, name: channel.name ?? channel.id, baseUrl: channel.baseUrl.replace(/\/+$/, '') };
}

function declareRoute(route: RouteText): DeclaredRoute {
  return {
    id: routeId(route.model, route.type),
    model: route.model,
    type: route.type,
    price: declarePrice(route.price),
    steps: route.channels.map((step) => ({
      channelId: step.channel,
      upstreamModel: step.upstreamModel ?? route.model,
      maxAttempts: step.maxAttempts,
      price: step.price === undefined ? null : declarePrice(step.price),
    })),
  };
}

function declarePrice(price: PriceText): DeclaredPrice {
  const optional = (amount: string | undefined) => (amount === undefined ? null : nano(exact(amount)));
  return {
    input: nano(exact(price.input)),
    cachedInput: optional(price.cachedInput),
    cacheWrite: optional(price.cacheWrite),
    output: nano(exact(price.output)),
    perRequest: optional(price.perRequest),
    multiplier: exact(price.multiplier),
  };
}

function declareAccount(account: AccountText): DeclaredAccount {
  return {
    id: account.id,
    name: account.name,
    token: account.token ?? null,
    wallets: BUCKETS.map((bucket) => ({ bucket, amount: exact(account.wallets[bucket] ?? '0') })),
    projects: account.projects,
    keys: account.keys.map(declareKey),
  };
}

function declareKey(key: KeyText): DeclaredKey {
  return {
    id: key.id,
    name: key.name,
    secret: key.secret,
    projectId: key.project ?? key.projectId ?? null,
    routePolicy: key.routePolicy,
    crossBucketFallback: key.crossBucketFallback,
    allowedModels: key.allowedModels ?? null,
    limits: {
      requestsPerMinute: key.requestsPerMinute ?? null,
      tokensPerMinute: key.tokensPerMinute ?? null,
      concurrency: key.concurrency ?? null,
      spend: (key.spendLimits ?? []).map((limit) => ({ ...limit, amount: nano(exact(limit.amount)) })),
    },
    expiresAt: key.expiresAt === null || key.expiresAt === undefined ? null : Date.parse(key.expiresAt),
  };
}

function exact(decimal: string): bigint {
  const units = parseDecimal(decimal);
  invariant(units !== undefined, 'the schema lets only decimals pass');
  return units;
}
