/**
 * The sums over the receipts of a stretch of time, by group. Each statement takes the stretch: its first millisecond, and the
 * first one after it. Which requests are of a time is decided as for usage: by when they were received.
 * `receipts` are the receipts `r`, along the index of their times: SQLite would read all there are, in the order of the groups.
 */
import type { MarginGroup } from '../../ledger/money-facts';
import { summedInParts } from '../sql/exact-sums';

const OF_RECEIPT: Record<MarginGroup, string> = {
  API_KEY: 'r.api_key_id',
  ROUTE: 'r.route_id',
  CHANNEL: 'r.final_channel_id',
  ACCOUNT: 'r.account_id',
};

/** What an attempt cost counts for its own channel, whichever channel answered in the end. */
const OF_ATTEMPT: Record<MarginGroup, string> = { ...OF_RECEIPT, CHANNEL: 'a.channel_id' };

const STRETCH = 'r.created_at >= ? AND r.created_at < ?';

export function chargesBy(group: MarginGroup, receipts: string): string {
  const column = OF_RECEIPT[group];
  return `SELECT ${column} AS of_group, r.bucket, COUNT(*) AS requests, ${summedInParts('r.charge')} FROM ${receipts}
    WHERE ${STRETCH} AND ${column} IS NOT NULL GROUP BY ${column}, r.bucket`;
}

export function costsBy(group: MarginGroup, receipts: string, join: string): string {
  const column = OF_ATTEMPT[group];
  const unknown = "CASE WHEN a.cost IS NULL AND a.usage_source <> 'NONE' THEN 1 ELSE 0 END";
  return `SELECT ${column} AS of_group, a.cost_currency AS currency, ${summedInParts('COALESCE(a.cost, 0)')}, SUM(${unknown}) AS without_cost
    FROM ${receipts} ${join} attempt a ON a.receipt_id = r.id
    WHERE ${STRETCH} AND ${column} IS NOT NULL GROUP BY ${column}, a.cost_currency`;
}

export function refundsBy(group: MarginGroup, receipts: string, join: string): string {
  const column = OF_RECEIPT[group];
  return `SELECT ${column} AS of_group, r.bucket, ${summedInParts('f.amount')} FROM ${receipts} ${join} refund f ON f.receipt_id = r.id
    WHERE ${STRETCH} AND ${column} IS NOT NULL GROUP BY ${column}, r.bucket`;
}

/** Overages are rare, and have an index of their own: before the stretch comes the least id that one of its requests can have led to. */
export function overagesBy(group: MarginGroup, join: string): string {
  const column = OF_RECEIPT[group];
  return `SELECT ${column} AS of_group, t.currency, ${summedInParts('t.amount')} FROM transfer t ${join} receipt r ON r.id = t.receipt_id
    WHERE t.kind = 'OVERAGE' AND t.id >= ? AND ${STRETCH} AND ${column} IS NOT NULL GROUP BY ${column}, t.currency`;
}
