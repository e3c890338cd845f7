/** Versions of what channels charge the operator: written once, never changed, kept for ever. */
import type { EntityManager } from 'typeorm';
import { CURRENCIES } from '../../kernel/words';
import type { CostVersion } from '../../routing/catalog';
import type { DeclaredCost, DeclaredStep } from '../../routing/declared-catalog';
import { big, placeholders, type Row, textOf, whole } from '../sql/row-values';
import { storedWord } from '../sql/stored-words';
import { AMOUNT_COLUMNS, amountsOf, amountValues } from './amount-rows';
import { appliedCost, sameForm } from './applied-catalog';

/** Whose cost it is. The same model costs the same at a channel, whichever route leads there, unless a step says otherwise. */
type CostOwner = Pick<DeclaredStep, 'channelId' | 'upstreamModel'>;

const COLUMNS = `id, channel_id, currency, ${AMOUNT_COLUMNS}, effective_from`;

/** The versions among `ids` that exist. */
export async function readCosts(manager: EntityManager, ids: readonly string[]): Promise<CostVersion[]> {
  if (ids.length === 0) return [];
  const rows: Row[] = await manager.query(`SELECT ${COLUMNS} FROM cost_version WHERE id IN (${placeholders(ids)})`, [...ids]);
  return rows.map(costOfRow);
}

/** The id of a version with this content: one of `candidates` when it says the same already, else a new version. */
export async function costVersionFor(
  manager: EntityManager,
  owner: CostOwner,
  cost: DeclaredCost,
  candidates: readonly string[],
  now: number,
): Promise<string> {
  const known = await readCosts(manager, candidates);
  const prefix = `${owner.channelId}/${owner.upstreamModel}#`;
  const same = known.find(({ id, ...one }) => id.startsWith(prefix) && sameForm(appliedCost(one), appliedCost(cost)));
  return same?.id ?? (await addVersion(manager, owner, cost, now));
}

async function addVersion(manager: EntityManager, owner: CostOwner, cost: DeclaredCost, now: number): Promise<string> {
  const { channelId, upstreamModel } = owner;
  const [newest]: Row[] = await manager.query(
    'SELECT MAX(version) AS newest FROM cost_version WHERE channel_id = ? AND upstream_model = ?',
    [channelId, upstreamModel],
  );
  const version = big(newest?.['newest'] ?? 0) + 1n;
  const id = `${channelId}/${upstreamModel}#${version}`;
  await manager.query(`INSERT INTO cost_version (${COLUMNS}, upstream_model, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    id,
    channelId,
    cost.currency,
    ...amountValues(cost),
    BigInt(now),
    upstreamModel,
    version,
  ]);
  return id;
}

function costOfRow(row: Row): CostVersion {
  return {
    id: textOf(row['id']),
    channelId: textOf(row['channel_id']),
    currency: storedWord(CURRENCIES, textOf(row['currency']), 'a stored currency'),
    ...amountsOf(row),
    effectiveFrom: whole(row['effective_from']),
  };
}
