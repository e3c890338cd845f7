/** Builds the in-memory catalog from the tables. */
import type { EntityManager } from 'typeorm';
import { ConfigurationError } from '../../kernel/configuration-error';
import { invariant } from '../../kernel/invariant';
import { unseal } from '../../kernel/secret';
import type { Catalog, Channel, CostVersion, Model, PriceVersion, Route, RouteStep, Stickiness } from '../../routing/catalog';
import type { BreakerOptions } from '../../routing/health/breaker-settings';
import { type Row, textOf, whole } from '../sql/row-values';
import { lockState } from './catalog-state';
import { readCosts } from './cost-rows';
import { readPrices } from './price-rows';
import { readSchedule, type Scheduled } from './price-schedule';
import { sealContext, secretsOf } from './seal-context';

/**
 * The whole catalog, read while nobody can change it.
 * @throws ConfigurationError when the master key does not open the stored secrets
 */
export async function readSnapshot(manager: EntityManager, masterKey: Buffer): Promise<Catalog> {
  const { revision, applied } = await lockState(manager);
  const channels: Row[] = await manager.query('SELECT * FROM channel ORDER BY id');
  const models: Row[] = await manager.query('SELECT * FROM model WHERE retired_at IS NULL ORDER BY position, id');
  const routes: Row[] = await manager.query('SELECT * FROM route WHERE retired_at IS NULL ORDER BY id');
  const steps: Row[] = await manager.query('SELECT * FROM route_step ORDER BY route_id, position');
  const schedule = await readSchedule(manager);
  const scheduled = schedule.map(({ priceId }) => ({ price_id: priceId }));
  const versions = { prices: await pricesOf(manager, [...routes, ...steps, ...scheduled]), costs: await costsOf(manager, steps) };
  return {
    revision,
    channels: new Map(channels.map((row) => [textOf(row['id']), channelOf(row, masterKey)])),
    models: new Map(models.map((row) => [textOf(row['id']), modelOf(row)])),
    routes: new Map(routes.map((row) => [textOf(row['id']), routeOf(row, steps, schedule, versions)])),
    ...(applied.aliases !== undefined && { aliases: new Map(applied.aliases) }),
  };
}

async function pricesOf(manager: EntityManager, rows: readonly Row[]): Promise<ReadonlyMap<string, PriceVersion>> {
  const ids = new Set(rows.flatMap((row) => (row['price_id'] === null ? [] : [textOf(row['price_id'])])));
  return new Map((await readPrices(manager, [...ids])).map((price) => [price.id, price]));
}

async function costsOf(manager: EntityManager, steps: readonly Row[]): Promise<ReadonlyMap<string, CostVersion>> {
  const ids = new Set(steps.flatMap((row) => (row['cost_id'] === null ? [] : [textOf(row['cost_id'])])));
  return new Map((await readCosts(manager, [...ids])).map((cost) => [cost.id, cost]));
}

interface Versions {
  readonly prices: ReadonlyMap<string, PriceVersion>;
  readonly costs: ReadonlyMap<string, CostVersion>;
}

function channelOf(row: Row, masterKey: Buffer): Channel {
  const id = textOf(row['id']);
  const retired = row['retired_at'] !== null;
  return {
    id,
    name: textOf(row['name']),
    protocol: textOf(row['protocol']) as Channel['protocol'],
    baseUrl: textOf(row['base_url']),
    ...secretsOf(retired ? '' : opened(textOf(row['sealed_api_key']), id, masterKey)),
    timeouts: JSON.parse(textOf(row['timeouts'])) as Channel['timeouts'],
    onClientGone: textOf(row['on_client_gone']) as Channel['onClientGone'],
    ...(row['breaker'] === null ? {} : { breaker: JSON.parse(textOf(row['breaker'])) as BreakerOptions }),
    enabled: !retired && whole(row['enabled']) === 1,
    retired,
  };
}

/** The key may also be the one that was made with the database, while another one has sealed its secrets since. */
const WAY_ON =
  'give the key that sealed it last, and with a new one that one as MASTER_KEY_PREVIOUS. Left out, it is the key in master.key beside the embedded database';

function opened(sealed: string, channelId: string, masterKey: Buffer): string {
  try {
    return unseal(masterKey, sealed, sealContext(channelId));
  } catch {
    const problem = `does not open the stored secret of channel "${channelId}": ${WAY_ON}`;
    throw new ConfigurationError([{ path: 'MASTER_KEY', problem }]);
  }
}

function modelOf(row: Row): Model {
  return {
    id: textOf(row['id']),
    contextWindow: whole(row['context_window']),
    maxOutputTokens: whole(row['max_output_tokens']),
    mediaPartTokens: whole(row['media_part_tokens']),
  };
}

function routeOf(row: Row, steps: readonly Row[], schedule: readonly Scheduled[], versions: Versions): Route {
  const price = versions.prices.get(textOf(row['price_id']));
  invariant(price !== undefined, 'a route has its price version');
  return {
    id: textOf(row['id']),
    model: textOf(row['model_id']),
    type: textOf(row['type']) as Route['type'],
    enabled: whole(row['enabled']) === 1,
    price,
    ...(row['sticky'] === null ? {} : { sticky: textOf(row['sticky']) as Stickiness }),
    ...upcomingOf(row, schedule, versions),
    steps: steps.filter((step) => step['route_id'] === row['id']).map((step) => stepOf(step, versions)),
  };
}

/** In the order in which they begin; those that have begun are put in force by whoever reads the snapshot. */
function upcomingOf(row: Row, schedule: readonly Scheduled[], { prices }: Versions): Pick<Route, 'upcoming'> {
  const upcoming = schedule.filter(({ routeId }) => routeId === row['id']).flatMap(({ priceId }) => prices.get(priceId) ?? []);
  return upcoming.length === 0 ? {} : { upcoming };
}

function stepOf(row: Row, { prices, costs }: Versions): RouteStep {
  const [priceId, costId] = [row['price_id'], row['cost_id']];
  return {
    channelId: textOf(row['channel_id']),
    upstreamModel: textOf(row['upstream_model']),
    maxAttempts: whole(row['max_attempts']),
    ...(row['priority'] === null ? {} : { priority: whole(row['priority']) }),
    ...(row['weight'] === null ? {} : { weight: whole(row['weight']) }),
    price: priceId === null ? null : (prices.get(textOf(priceId)) ?? null),
    cost: costId === null ? null : (costs.get(textOf(costId)) ?? null),
  };
}
