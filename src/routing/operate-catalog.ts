/** What an operator changes on the running catalog: prices and channels. Effective at once here, within two seconds elsewhere. */
import type { PriceClasses } from '../kernel/classes';
import type { Clock } from '../kernel/clock';
import { Fault, wrong } from '../kernel/fault';
import { LONG_PROMPT_ABOVE_MAX, LONG_PROMPTS_MAX, type LongPrompts, problemOfOrder } from '../kernel/long-prompts';
import { formatDecimal } from '../kernel/money';
import type { PlainAmounts } from '../kernel/price-amounts';
import { shown } from '../kernel/shown';
import { DAY_MS, MINUTE_MS } from '../kernel/times';
import { type Catalog, type Channel, MULTIPLIER_MAX, PRICE_MAX, type PriceVersion } from './catalog';
import type { CatalogEdit } from './catalog-edit';
import type { CatalogStore } from './catalog-store';
import type { DeclaredPrice } from './declared-catalog';

/** The port through which the catalog is changed beside its file. */
export interface CatalogEditor {
  /**
   * Writes what `over` makes of the price that stands by then, while nobody else can change it. `effectiveFrom` null: from now on.
   * @throws Fault `not_found` for a route that is not in the catalog
   */
  setRoutePrice(routeId: string, over: (standing: PriceVersion) => DeclaredPrice, effectiveFrom?: number | null): Promise<PriceVersion>;
  /** Gives what was taken back. @throws Fault `not_found` where no price of the route begins at that instant, or it has begun */
  withdrawRoutePrice(routeId: string, effectiveFrom: number): Promise<PriceVersion>;
  /** @throws Fault `not_found` for a channel that is not in the catalog */
  setChannelEnabled(id: string, enabled: boolean): Promise<Channel>;
  /** Writes what `decide` makes of the catalog that stands, while nobody else can change it; gives what it decided. */
  edit(decide: (catalog: Catalog) => CatalogEdit): Promise<CatalogEdit>;
}

export interface CatalogManagement {
  readonly catalog: Pick<CatalogStore, 'current'>;
  readonly editor: CatalogEditor;
  readonly clock: Clock;
}

/** What the operator says of a price. What is priced apart and what long prompts cost stay as they are by then, unless something is said of them. */
export interface PriceWish {
  readonly amounts: PlainAmounts;
  /** In units of 10⁻⁹. */
  readonly multiplier: bigint;
  readonly classes: PriceClasses | null;
  readonly longPrompts: LongPrompts | null;
  /** Milliseconds since 1970; null: now. */
  readonly effectiveFrom: number | null;
}

/** Whoever says "now" is late by the way of the request and by their clock. */
const LATE_MS = MINUTE_MS;
const AHEAD_MS = 5 * 366 * DAY_MS;

/**
 * Gives a route another price from now on, or from an instant on. Calls that are planned by then keep the price of their plan.
 * @throws Fault `invalid_request` that names the amount or the instant; `not_found` for a route that is not in the catalog
 */
export async function setPrice({ catalog, editor, clock }: CatalogManagement, routeId: string, wish: PriceWish): Promise<PriceVersion> {
  const { amounts, multiplier, classes, longPrompts, effectiveFrom } = wish;
  if (!catalog.current().routes.has(routeId)) throw new Fault('not_found', unknownRoute(catalog.current(), routeId), { param: 'routeId' });
  for (const [name, amount] of Object.entries({ ...amounts, ...classes })) checkAmount(name, amount);
  checkAmount('multiplier', multiplier, MULTIPLIER_MAX);
  checkLongPrompts(longPrompts ?? []);
  return editor.setRoutePrice(routeId, (standing) => priceOver(standing, wish), priceBeginning(effectiveFrom, clock.now()));
}

function priceOver(standing: PriceVersion, { amounts, multiplier, ...said }: PriceWish): DeclaredPrice {
  const classes = said.classes ?? standing.classes;
  const longPrompts = said.longPrompts ?? standing.longPrompts ?? [];
  return { ...amounts, multiplier, ...(classes && { classes }), ...(longPrompts.length > 0 && { longPrompts }) };
}

/**
 * Takes a channel out of use, or back into it. Attempts that are under way go on; the next ones pass it over.
 * @throws Fault `not_found` for a channel that is not in the catalog
 */
export function setChannelStatus({ editor }: CatalogManagement, id: string, enabled: boolean): Promise<Channel> {
  return editor.setChannelEnabled(id, enabled);
}

function unknownRoute({ routes }: Catalog, routeId: string): string {
  const known = [...routes.keys()].slice(0, 10).join(', ');
  return `There is no route "${shown(routeId)}". A route's id is its model and its type: ${known === '' ? 'the catalog has none yet' : known}.`;
}

function checkAmount(name: string, amount: bigint | null, most = PRICE_MAX): void {
  if (amount === null || (amount >= 0n && amount <= most)) return;
  throw wrong(name, `must be between 0 and ${formatDecimal(most)}`);
}

function checkLongPrompts(longPrompts: LongPrompts): void {
  if (longPrompts.length > LONG_PROMPTS_MAX) throw wrong('longPrompts', `must have at most ${LONG_PROMPTS_MAX} entries`);
  for (const [index, { above, ...amounts }] of longPrompts.entries()) {
    const place = `longPrompts[${index}]`;
    if (above < 1 || above > LONG_PROMPT_ABOVE_MAX) throw wrong(`${place}.above`, `must be between 1 and ${LONG_PROMPT_ABOVE_MAX}`);
    const problem = problemOfOrder(above, longPrompts[index - 1]?.above);
    if (problem !== null) throw wrong(`${place}.above`, problem);
    for (const [name, amount] of Object.entries(amounts)) checkAmount(`${place}.${name}`, amount);
  }
}

/** When a price begins that is to begin at an instant; null: now. @throws Fault `invalid_request` that names the `field` */
export function priceBeginning(effectiveFrom: number | null, now: number, field = 'effectiveFrom'): number | null {
  if (effectiveFrom === null) return null;
  if (effectiveFrom < now - LATE_MS) throw wrong(field, 'has passed: calls of then are settled. Leave it out for a price from now on');
  if (effectiveFrom > now + AHEAD_MS) throw wrong(field, 'is more than five years ahead');
  return effectiveFrom <= now ? null : effectiveFrom;
}
