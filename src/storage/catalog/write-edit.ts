/** Writes what the operator changed beside the catalog's file. Runs in the caller's transaction; the applied catalog stays what it is. */
import { Fault } from '../../kernel/fault';
import type { Catalog, Model } from '../../routing/catalog';
import type { CatalogEdit, RouteEdit } from '../../routing/catalog-edit';
import { type Row, whole } from '../sql/row-values';
import { appliedRoute, sameForm } from './applied-catalog';
import type { RouteChange } from './catalog-changes';
import { writePrice } from './price-schedule';
import { type WriteContext, writeChanges } from './write-changes';

/** `standing` is the catalog that the edit was made of. */
export async function writeEdit(context: WriteContext, edit: CatalogEdit, standing: Catalog): Promise<void> {
  const { channels = [], models = [], routes = [], retired = {} } = edit;
  await writeChanges(context, {
    channels,
    models: await Promise.all(models.map(async (model) => ({ model, position: await positionOf(context, model) }))),
    routes: routes.map((one) => changeOf(one, standing)),
    retired: { channels: retired.channels ?? [], models: retired.models ?? [], routes: retired.routes ?? [] },
  });
  for (const { id } of channels) await setEnabled(context, 'channel', id, standing.channels.get(id)?.retired === true ? true : null);
  for (const { route, enabled, priceFrom } of routes) {
    await setEnabled(context, 'route', route.id, enabled);
    if (priceFrom === null) continue;
    await writePrice(context.manager, { routeId: route.id, price: route.price, effectiveFrom: priceFrom }, context.now);
  }
}

/** A price that begins later changes nothing now. */
function changeOf({ route, priceFrom }: RouteEdit, { routes }: Catalog): RouteChange {
  const before = routes.get(route.id);
  if (before === undefined && priceFrom !== null) throw new Fault('invalid_request', 'A new route needs a price that is in force now.');
  const [was, is] = [before && appliedRoute(before), appliedRoute(route)];
  return { route, price: priceFrom === null && !sameForm(was?.price, is.price), steps: !sameForm(was?.steps, is.steps) };
}

/** Behind all others, where it is new. */
async function positionOf({ manager }: WriteContext, { id }: Model): Promise<number> {
  const rows: Row[] = await manager.query('SELECT position FROM model WHERE id = ? AND retired_at IS NULL', [id]);
  if (rows[0] !== undefined) return whole(rows[0]['position']);
  const last: Row[] = await manager.query('SELECT MAX(position) AS last FROM model WHERE retired_at IS NULL');
  return whole(last[0]?.['last'] ?? -1) + 1;
}

async function setEnabled({ manager }: WriteContext, table: 'channel' | 'route', id: string, enabled: boolean | null): Promise<void> {
  if (enabled !== null) await manager.query(`UPDATE ${table} SET enabled = ? WHERE id = ?`, [enabled ? 1n : 0n, id]);
}
