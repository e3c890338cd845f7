/**
 * How the operator makes, changes and retires channels, models and routes beside the catalog's file. What is written is read by
 * the rules of the file. Effective at once here and within two seconds elsewhere; it stands until the file declares something else.
 */
import { Fault, wrong } from '../kernel/fault';
import { shown } from '../kernel/shown';
import type { Catalog, Channel, Model, Route } from './catalog';
import type { EntryReader, RouteEdit, Written } from './catalog-edit';
import { type CatalogManagement, priceBeginning } from './operate-catalog';

export interface EditManagement extends CatalogManagement {
  readonly entries: EntryReader;
  /** Models that research runs write with: the file names them, as it names aliases. */
  readonly researchModels: ReadonlySet<string>;
}

/** @throws Fault `invalid_request` with every fault */
export async function createChannel({ editor, entries, catalog }: EditManagement, written: Written): Promise<Channel> {
  const made = await editor.edit((now) => ({ channels: [entries.channel(written, now, null)] }));
  return found(catalog.current().channels.get(made.channels?.[0]?.id ?? ''));
}

/** @throws Fault `invalid_request` with every fault, `not_found` */
export async function updateChannel({ editor, entries, catalog }: EditManagement, id: string, written: Written): Promise<Channel> {
  await editor.edit((now) => ({ channels: [entries.channel(written, now, standingChannel(now, id))] }));
  return found(catalog.current().channels.get(id));
}

/** Receipts go on naming it. @throws Fault `invalid_request` while a route uses it, `not_found` */
export async function retireChannel({ editor, catalog }: EditManagement, id: string): Promise<Channel> {
  await editor.edit((now) => {
    standingChannel(now, id);
    const users = [...now.routes.values()].filter(({ steps }) => steps.some(({ channelId }) => channelId === id));
    refuseUsed('channel', id, users);
    return { retired: { channels: [id] } };
  });
  return found(catalog.current().channels.get(id));
}

/** It is listed behind those that there are. @throws Fault `invalid_request` with every fault */
export async function createModel({ editor, entries, catalog }: EditManagement, written: Written): Promise<Model> {
  const made = await editor.edit((now) => ({ models: [entries.model(written, now, null)] }));
  return found(catalog.current().models.get(made.models?.[0]?.id ?? ''));
}

/** @throws Fault `invalid_request` with every fault, `not_found` */
export async function updateModel({ editor, entries, catalog }: EditManagement, id: string, written: Written): Promise<Model> {
  await editor.edit((now) => ({ models: [entries.model(written, now, standingModel(now, id))] }));
  return found(catalog.current().models.get(id));
}

/** Gives it as it was. @throws Fault `invalid_request` while it has routes or the file names it elsewhere, `not_found` */
export async function retireModel({ editor, catalog, researchModels }: EditManagement, id: string): Promise<Model> {
  const model = standingModel(catalog.current(), id);
  await editor.edit((now) => {
    standingModel(now, id);
    const users = [...now.routes.values()].filter((route) => route.model === id);
    refuseUsed('model', id, users);
    const aliases = [...(now.aliases ?? [])].filter(([, named]) => named === id).map(([alias]) => alias);
    if (aliases.length > 0) throw named(id, `is named by the aliases ${aliases.join(', ')} of the file.`);
    if (researchModels.has(id)) throw named(id, 'is what research runs write with: name another one under "research" of the file first.');
    return { retired: { models: [id] } };
  });
  return model;
}

/** @throws Fault `invalid_request` with every fault */
export async function createRoute({ editor, entries, catalog }: EditManagement, written: Written, enabled: boolean): Promise<Route> {
  const made = await editor.edit((now) => ({ routes: [{ route: entries.route(written, now, null), enabled, priceFrom: null }] }));
  return found(catalog.current().routes.get(made.routes?.[0]?.route.id ?? ''));
}

/**
 * Steps are given all together, in their order. `priceFrom`: when the price that is written begins; null: now.
 * @throws Fault `invalid_request` with every fault, `not_found`
 */
export async function updateRoute(
  { editor, entries, catalog, clock }: EditManagement,
  id: string,
  written: Written,
  { enabled, priceFrom }: Omit<RouteEdit, 'route'>,
): Promise<Route> {
  if (priceFrom !== null && written['price'] === undefined) throw wrong('priceFrom', 'belongs to a price: write "price" as well');
  const begins = priceBeginning(priceFrom, clock.now(), 'priceFrom');
  await editor.edit((now) => ({ routes: [{ route: entries.route(written, now, standingRoute(now, id)), enabled, priceFrom: begins }] }));
  return found(catalog.current().routes.get(id));
}

/** Gives it as it was. Receipts keep their prices. @throws Fault `not_found` */
export async function retireRoute({ editor, catalog }: EditManagement, id: string): Promise<Route> {
  const route = standingRoute(catalog.current(), id);
  await editor.edit((now) => {
    standingRoute(now, id);
    return { retired: { routes: [id] } };
  });
  return { ...route, enabled: false };
}

function standingChannel({ channels }: Catalog, id: string): Channel {
  const channel = channels.get(id);
  if (channel === undefined || channel.retired === true)
    throw new Fault('not_found', `There is no channel "${shown(id)}".`, { param: 'id' });
  return channel;
}

function standingModel({ models }: Catalog, id: string): Model {
  const model = models.get(id);
  if (model === undefined) throw new Fault('not_found', `There is no model "${shown(id)}".`, { param: 'id' });
  return model;
}

function standingRoute({ routes }: Catalog, id: string): Route {
  const route = routes.get(id);
  if (route === undefined)
    throw new Fault('not_found', `There is no route "${shown(id)}": its id is its model and its type.`, { param: 'id' });
  return route;
}

function refuseUsed(what: string, id: string, users: readonly Route[]): void {
  if (users.length === 0) return;
  const names = users.map((route) => route.id).slice(0, 10);
  throw new Fault('invalid_request', `The ${what} "${id}" is used by the routes ${names.join(', ')}: change or retire them first.`, {
    param: 'id',
  });
}

function named(id: string, where: string): Fault {
  return new Fault('invalid_request', `The model "${id}" ${where}`, { param: 'id' });
}

/** Another one may have changed it once more, or retired it, since it was written. */
function found<T>(entry: T | undefined): T {
  if (entry === undefined) throw new Fault('not_found', 'It was retired by somebody else meanwhile.', { param: 'id' });
  return entry;
}
