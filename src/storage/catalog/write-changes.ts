/** Writes what differs. Everything runs in the caller's transaction; nothing is deleted but the steps that are replaced. */
import type { EntityManager } from 'typeorm';
import { seal } from '../../kernel/secret';
import type { Model } from '../../routing/catalog';
import type { DeclaredChannel, DeclaredRoute } from '../../routing/declared-catalog';
import { placeholders, type Row, textOf } from '../sql/row-values';
import type { CatalogChanges, RouteChange } from './catalog-changes';
import { costVersionFor } from './cost-rows';
import { versionFor } from './price-rows';
import { forgetBegun } from './price-schedule';
import { sealContext, secretText } from './seal-context';

export interface WriteContext {
  readonly manager: EntityManager;
  readonly masterKey: Buffer;
  readonly now: number;
}

type Columns = Readonly<Record<string, string | bigint | null>>;

/** Applies the changes in an order in which what a row refers to is there before it. */
export async function writeChanges(context: WriteContext, changes: CatalogChanges): Promise<void> {
  for (const channel of changes.channels) await put(context, 'channel', channel.id, channelColumns(context, channel), { enabled: 1n });
  for (const { model, position } of changes.models) await put(context, 'model', model.id, modelColumns(model, position), {});
  for (const change of changes.routes) await putRoute(context, change);
  await retire(context, 'route', changes.retired.routes);
  // A route that comes back some day begins with the price that it is given then.
  for (const id of changes.retired.routes) await context.manager.query('DELETE FROM price_schedule WHERE route_id = ?', [id]);
  await retire(context, 'model', changes.retired.models);
  await retire(context, 'channel', changes.retired.channels);
}

function channelColumns({ masterKey }: WriteContext, channel: DeclaredChannel): Columns {
  return {
    name: channel.name,
    protocol: channel.protocol,
    base_url: channel.baseUrl,
    sealed_api_key: seal(masterKey, secretText(channel), sealContext(channel.id)),
    timeouts: JSON.stringify(channel.timeouts),
    on_client_gone: channel.onClientGone,
    breaker: channel.breaker === undefined ? null : JSON.stringify(channel.breaker),
    retired_at: null,
  };
}

function modelColumns(model: Model, position: number): Columns {
  return {
    position: BigInt(position),
    context_window: BigInt(model.contextWindow),
    max_output_tokens: BigInt(model.maxOutputTokens),
    media_part_tokens: BigInt(model.mediaPartTokens),
    retired_at: null,
  };
}

async function putRoute(context: WriteContext, { route, price, steps }: RouteChange): Promise<void> {
  const { manager, now } = context;
  const rows: Row[] = await manager.query('SELECT price_id FROM route WHERE id = ?', [route.id]);
  const current = rows.map((row) => textOf(row['price_id']));
  const owner = { routeId: route.id, routeType: route.type, channelId: null };
  const standing = price ? undefined : current[0];
  const priceId = standing ?? (await versionFor(manager, owner, route.price, current, now));
  const columns = { model_id: route.model, type: route.type, price_id: priceId, sticky: route.sticky ?? null, retired_at: null };
  await put(context, 'route', route.id, columns, { enabled: 1n });
  if (price) await forgetBegun(manager, route.id, now);
  if (steps) await replaceSteps(context, route);
}

async function replaceSteps({ manager, now }: WriteContext, route: DeclaredRoute): Promise<void> {
  const rows: Row[] = await manager.query('SELECT price_id, cost_id FROM route_step WHERE route_id = ?', [route.id]);
  const current = idsIn(rows, 'price_id');
  const costs = idsIn(rows, 'cost_id');
  await manager.query('DELETE FROM route_step WHERE route_id = ?', [route.id]);
  for (const [position, step] of route.steps.entries()) {
    const owner = { routeId: route.id, routeType: route.type, channelId: step.channelId };
    const priceId = step.price === null ? null : await versionFor(manager, owner, step.price, current, now);
    await insert(manager, 'route_step', {
      route_id: route.id,
      position: BigInt(position),
      channel_id: step.channelId,
      upstream_model: step.upstreamModel,
      max_attempts: BigInt(step.maxAttempts),
      priority: step.priority === undefined ? null : BigInt(step.priority),
      weight: step.weight === undefined ? null : BigInt(step.weight),
      price_id: priceId,
      cost_id: step.cost === null ? null : await costVersionFor(manager, step, step.cost, costs, now),
    });
  }
}

function idsIn(rows: readonly Row[], column: string): string[] {
  return rows.flatMap((row) => (row[column] === null ? [] : [textOf(row[column])]));
}

/** Writes a row whose id may be there already, also as a retired one; `onlyNew` holds what a standing row keeps. */
async function put({ manager }: WriteContext, table: string, id: string, columns: Columns, onlyNew: Columns): Promise<void> {
  const standing: Row[] = await manager.query(`SELECT id FROM ${table} WHERE id = ?`, [id]);
  if (standing.length === 0) return insert(manager, table, { id, ...columns, ...onlyNew });
  const assignments = Object.keys(columns).map((name) => `${name} = ?`);
  await manager.query(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = ?`, [...Object.values(columns), id]);
}

async function insert(manager: EntityManager, table: string, columns: Columns): Promise<void> {
  const values = Object.values(columns);
  await manager.query(`INSERT INTO ${table} (${Object.keys(columns).join(', ')}) VALUES (${placeholders(values)})`, values);
}

async function retire({ manager, now }: WriteContext, table: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await manager.query(`UPDATE ${table} SET retired_at = ? WHERE id = ? AND retired_at IS NULL`, [BigInt(now), id]);
  }
}
