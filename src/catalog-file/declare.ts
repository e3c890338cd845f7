/** From the text of a checked catalog to what it declares: amounts as nano units, instants as milliseconds, defaults filled in. */
import { invariant } from '../kernel/invariant';
import { nano } from '../kernel/money';
import { BUCKETS } from '../kernel/words';
import type { SpendLimit } from '../keys/api-key';
import type { DeclaredAccount, DeclaredKey } from '../keys/declared-account';
import type { KeyPolicies } from '../keys/key-policies';
import { routeId } from '../routing/catalog';
import type { DeclaredCatalog, DeclaredChannel, DeclaredRoute, DeclaredStep } from '../routing/declared-catalog';
import type { CatalogText } from './catalog-schema';
import { type CostText, declareCost, declarePrice, exact } from './declare-price';

type ChannelText = CatalogText['channels'][number];
type RouteText = CatalogText['routes'][number];
type StepText = RouteText['channels'][number];
type AccountText = CatalogText['accounts'][number];
type KeyText = AccountText['keys'][number];

/** What research runs use. */
export type DeclaredResearch = NonNullable<CatalogText['research']>;

/** Everything that a catalog declares, complete and consistent. */
export interface Declaration {
  readonly routing: DeclaredCatalog;
  readonly accounts: readonly DeclaredAccount[];
  readonly research: DeclaredResearch | null;
}

export function declare(catalog: CatalogText): Declaration {
  const costs = new Map(catalog.channels.map(({ id, costs: byModel }) => [id, byModel ?? {}]));
  return {
    routing: {
      channels: catalog.channels.map(declareChannel),
      models: catalog.models.map((model) => ({ ...model, mediaPartTokens: model.mediaPartTokens ?? model.contextWindow })),
      routes: catalog.routes.map((route) => declareRoute(route, costs)),
      ...(Object.keys(catalog.aliases).length > 0 && { aliases: new Map(Object.entries(catalog.aliases)) }),
    },
    accounts: catalog.accounts.map(declareAccount),
    research: catalog.research ?? null,
  };
}

function declareChannel({ costs: _costs, apiKey, apiKeys, ...channel }: ChannelText): DeclaredChannel {
  const [first] = apiKeys ?? [apiKey];
  invariant(first !== undefined, 'the checks let no channel without a secret pass');
  const secrets = apiKeys === undefined || apiKeys.length === 1 ? { apiKey: first } : { apiKey: first, apiKeys };
  return { ...channel, ...secrets, name: channel.name ?? channel.id, baseUrl: channel.baseUrl.replace(/\/+$/, '') };
}

/** What channels charge, by channel and upstream model. */
type Costs = ReadonlyMap<string, Readonly<Record<string, CostText>>>;

function declareRoute(route: RouteText, costs: Costs): DeclaredRoute {
  return {
    id: routeId(route.model, route.type),
    model: route.model,
    type: route.type,
    ...(route.sticky && { sticky: route.sticky }),
    price: declarePrice(route.price),
    steps: inOrder(route.channels.map((step) => declareStep(step, route.model, costs))),
  };
}

/** By priority, where any step has one; each that has none then gets its place. */
function inOrder(steps: readonly DeclaredStep[]): DeclaredStep[] {
  if (steps.every(({ priority }) => priority === undefined)) return [...steps];
  const placed = steps.map((step, index) => ({ ...step, priority: step.priority ?? index + 1 }));
  return placed.sort((a, b) => a.priority - b.priority);
}

function declareStep(step: StepText, model: string, costs: Costs): DeclaredStep {
  const upstreamModel = step.upstreamModel ?? model;
  const ofChannel = costs.get(step.channel) ?? {};
  const cost = step.cost ?? (Object.hasOwn(ofChannel, upstreamModel) ? ofChannel[upstreamModel] : undefined);
  return {
    channelId: step.channel,
    upstreamModel,
    maxAttempts: step.maxAttempts,
    ...(step.priority !== undefined && { priority: step.priority }),
    ...(step.weight !== undefined && { weight: step.weight }),
    price: step.price === undefined ? null : declarePrice(step.price),
    cost: cost === undefined ? null : declareCost(cost),
  };
}

function declareAccount(account: AccountText): DeclaredAccount {
  return {
    id: account.id,
    name: account.name,
    token: account.token ?? null,
    wallets: BUCKETS.map((bucket) => ({ bucket, amount: exact(account.wallets[bucket] ?? '0') })),
    projects: account.projects.map((project) => ({ ...project, spendLimits: declareSpendLimits(project.spendLimits) })),
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
      spend: declareSpendLimits(key.spendLimits),
    },
    policies: declarePolicies(key),
    expiresAt: key.expiresAt === null || key.expiresAt === undefined ? null : Date.parse(key.expiresAt),
  };
}

function declarePolicies({ maxAttempts, deadlineMs, maxPrice, maxCharge, modelAliases, allowedAddresses }: KeyText): KeyPolicies {
  const price = (amount: string | null | undefined) => (amount === null || amount === undefined ? null : nano(exact(amount)));
  return {
    maxAttempts: maxAttempts ?? null,
    deadlineMs: deadlineMs ?? null,
    maxPrice: (maxPrice ?? []).map(({ bucket, input, output }) => ({ bucket, input: price(input), output: price(output) })),
    maxCharge: (maxCharge ?? []).map(({ bucket, amount }) => ({ bucket, amount: nano(exact(amount)) })),
    modelAliases: modelAliases ?? [],
    allowedAddresses: allowedAddresses ?? [],
  };
}

function declareSpendLimits(limits: KeyText['spendLimits']): SpendLimit[] {
  return (limits ?? []).map((limit) => ({ ...limit, amount: nano(exact(limit.amount)) }));
}
