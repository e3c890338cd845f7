/** Prices that begin later. Every process finds the instant by itself: nothing has to happen when it comes. */
import type { EntityManager } from 'typeorm';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import { ROUTE_TYPES } from '../../kernel/words';
import type { DeclaredPrice } from '../../routing/declared-catalog';
import { type Row, textOf, whole } from '../sql/row-values';
import { type PriceOwner, versionFor } from './price-rows';

export interface Scheduled {
  readonly routeId: string;
  readonly priceId: string;
  /** Milliseconds since 1970. */
  readonly effectiveFrom: number;
}

/** Every scheduled price, in the order in which they begin; those of the past are the prices in force. */
export async function readSchedule(manager: EntityManager): Promise<Scheduled[]> {
  const rows: Row[] = await manager.query(
    'SELECT route_id, price_id, effective_from FROM price_schedule ORDER BY effective_from, route_id',
  );
  return rows.map((row) => ({
    routeId: textOf(row['route_id']),
    priceId: textOf(row['price_id']),
    effectiveFrom: whole(row['effective_from']),
  }));
}

export interface PriceOfRoute {
  readonly routeId: string;
  readonly price: DeclaredPrice;
  /** null: from now on. */
  readonly effectiveFrom: number | null;
}

/**
 * Writes the price as a version, from an instant or from now on. A second price for the same instant takes the place of
 * the first. Gives the id of the version, and whether anything changed.
 * @throws Fault `not_found` for a route that is not in the catalog
 */
export async function writePrice(manager: EntityManager, { routeId, price, effectiveFrom }: PriceOfRoute, now: number) {
  const [row]: Row[] = await manager.query('SELECT type, price_id FROM route WHERE id = ? AND retired_at IS NULL', [routeId]);
  if (row === undefined) throw noRoute(routeId);
  const owner = { routeId, routeType: ROUTE_TYPES.find((type) => type === row['type']) ?? 'ORDINARY', channelId: null };
  return effectiveFrom === null
    ? setNow(manager, owner, price, textOf(row['price_id']), now)
    : setLater(manager, owner, price, effectiveFrom);
}

export function noRoute(routeId: string): Fault {
  return new Fault('not_found', `There is no route "${shown(routeId)}".`, { param: 'routeId' });
}

export function noUpcomingPrice(routeId: string): Fault {
  const message = `No price of the route "${shown(routeId)}" begins then: its upcomingPrices are those that can be withdrawn.`;
  return new Fault('not_found', message, { param: 'effectiveFrom' });
}

/** A price in force hides what began before it, so that is forgotten; what begins later stands. */
export async function forgetBegun(manager: EntityManager, routeId: string, now: number): Promise<void> {
  await manager.query('DELETE FROM price_schedule WHERE route_id = ? AND effective_from <= ?', [routeId, BigInt(now)]);
}

/** Takes out of the schedule what begins at that instant, and gives the id of its version; undefined: nothing does. */
export async function unschedule(manager: EntityManager, routeId: string, effectiveFrom: number): Promise<string | undefined> {
  const found = (await readSchedule(manager)).find((one) => one.routeId === routeId && one.effectiveFrom === effectiveFrom);
  await manager.query('DELETE FROM price_schedule WHERE route_id = ? AND effective_from = ?', [routeId, BigInt(effectiveFrom)]);
  return found?.priceId;
}

async function setNow(manager: EntityManager, owner: PriceOwner, price: DeclaredPrice, own: string, now: number) {
  const begun = (await readSchedule(manager)).filter((one) => one.routeId === owner.routeId && one.effectiveFrom <= now);
  const current = begun.at(-1)?.priceId ?? own;
  const id = await versionFor(manager, owner, price, [current], now);
  if (id === current) return { id, changed: false };
  await manager.query('UPDATE route SET price_id = ? WHERE id = ?', [id, owner.routeId]);
  await forgetBegun(manager, owner.routeId, now);
  return { id, changed: true };
}

async function setLater(manager: EntityManager, owner: PriceOwner, price: DeclaredPrice, effectiveFrom: number) {
  const id = await versionFor(manager, owner, price, [], effectiveFrom);
  const at = [owner.routeId, BigInt(effectiveFrom)];
  await manager.query('DELETE FROM price_schedule WHERE route_id = ? AND effective_from = ?', at);
  await manager.query('INSERT INTO price_schedule (route_id, effective_from, price_id) VALUES (?, ?, ?)', [...at, id]);
  return { id, changed: true };
}
