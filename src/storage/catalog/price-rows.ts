/** Price versions in the database: written once, never changed, kept for ever, because receipts point at them. */
import type { EntityManager } from 'typeorm';
import { inPortions } from '../../kernel/lists';
import { bucketOf, currencyOf, type RouteType } from '../../kernel/words';
import type { PriceVersion } from '../../routing/catalog';
import type { DeclaredPrice } from '../../routing/declared-catalog';
import { big, placeholders, type Row, textOf, whole } from '../sql/row-values';
import { AMOUNT_COLUMNS, amountsOf, amountValues } from './amount-rows';
import { appliedPrice, sameForm } from './applied-catalog';

/** Whom a price is for: a route, or one channel of it. */
export interface PriceOwner {
  readonly routeId: string;
  readonly routeType: RouteType;
  readonly channelId: string | null;
}

const IDS_PER_QUERY = 500;
const COLUMNS = `id, route_id, channel_id, ${AMOUNT_COLUMNS}, multiplier, effective_from`;

/** The versions among `ids` that exist. */
export async function readPrices(manager: EntityManager, ids: readonly string[]): Promise<PriceVersion[]> {
  const found: PriceVersion[] = [];
  for (const some of inPortions(ids, IDS_PER_QUERY)) {
    const rows: Row[] = await manager.query(`SELECT ${COLUMNS} FROM price_version WHERE id IN (${placeholders(some)})`, some);
    found.push(...rows.map(priceOfRow));
  }
  return found;
}

/** The id of a version with this content: one of `candidates` when it says the same already, else a new version. */
export async function versionFor(
  manager: EntityManager,
  owner: PriceOwner,
  price: DeclaredPrice,
  candidates: readonly string[],
  now: number,
): Promise<string> {
  const existing = await readPrices(manager, candidates);
  const same = existing.find((one) => one.channelId === owner.channelId && sameForm(appliedPrice(one), appliedPrice(price)));
  return same?.id ?? (await addVersion(manager, owner, price, now));
}

async function addVersion(manager: EntityManager, owner: PriceOwner, price: DeclaredPrice, now: number): Promise<string> {
  const version = (await newestVersion(manager, owner)) + 1n;
  const id = `${owner.routeId}${owner.channelId === null ? '' : `/${owner.channelId}`}#${version}`;
  await manager.query(`INSERT INTO price_version (${COLUMNS}, version, currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    id,
    owner.routeId,
    owner.channelId,
    ...amountValues(price),
    price.multiplier,
    BigInt(now),
    version,
    currencyOf(bucketOf(owner.routeType)),
  ]);
  return id;
}

async function newestVersion(manager: EntityManager, { routeId, channelId }: PriceOwner): Promise<bigint> {
  const whose = channelId === null ? 'channel_id IS NULL' : 'channel_id = ?';
  const values = channelId === null ? [routeId] : [routeId, channelId];
  const rows: Row[] = await manager.query(`SELECT MAX(version) AS newest FROM price_version WHERE route_id = ? AND ${whose}`, values);
  return big(rows[0]?.['newest'] ?? 0);
}

function priceOfRow(row: Row): PriceVersion {
  return {
    id: textOf(row['id']),
    routeId: textOf(row['route_id']),
    channelId: row['channel_id'] === null ? null : textOf(row['channel_id']),
    ...amountsOf(row),
    multiplier: big(row['multiplier']),
    effectiveFrom: whole(row['effective_from']),
  };
}
