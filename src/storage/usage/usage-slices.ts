/**
 * Slices of a question about usage, which follow each other in time: on SQLite a statement keeps every request waiting until it ends, and
 * the usage of years is in hundreds of thousands of sums. A receipt is of one slice, so that it is counted once whenever its batch is added.
 */
import type { DataSource } from 'typeorm';
import { DAY_MS, HOUR_MS } from '../../kernel/times';
import type { UsageQuestion } from '../../ledger/usage-report';
import { receiptsAlong } from '../ledger-reader/receipt-index';
import { alongIndex, alongKey, Conditions, rowsOf } from '../sql/query';
import { count } from '../sql/stored-values';
import { type Source, sourcesOf } from './usage-sources';

/** How much a slice reads of each of its sources. */
export interface AtOnce {
  readonly receipts: number;
  readonly sums: number;
}

type Sliced = Pick<UsageQuestion, 'scope' | 'from' | 'to' | 'interval'>;

/** Every slice looks through the receipts of all batches that wait. Of more than these one look is enough, however long it takes. */
const WAITING_MAX = 2_000n;

/** Where the slice ends that begins with the question: with it at the latest. At most two statements. */
export async function endOfSlice(dataSource: DataSource, question: Sliced, atOnce: AtOnce): Promise<number> {
  // A server of its own answers others meanwhile, and all of it at one moment.
  if (dataSource.options.type !== 'better-sqlite3') return question.to;
  const end = await behind(dataSource, question, atOnce);
  return end === null || (await manyWait(dataSource)) ? question.to : end;
}

/** The first place at which some source has been read for long enough; null: the question ends before. */
async function behind(dataSource: DataSource, { scope, ...asked }: Sliced, atOnce: AtOnce): Promise<number | null> {
  const looks = sourcesOf(asked).map((source) => lookBehind(dataSource, scope, source, atOnce));
  const sql = looks.map((look) => `SELECT * FROM (${look.sql})`).join(' UNION ALL ');
  const values = looks.flatMap((look) => look.values);
  const places = (await rowsOf(dataSource, sql, values)).map((row) => Math.max(count(row, 'place'), count(row, 'least')));
  return places.length === 0 ? null : Math.min(...places);
}

/** Where the source has more: what comes next there, and the least that can be read of it. */
function lookBehind(dataSource: DataSource, scope: Sliced['scope'], { span, from, to }: Source, atOnce: AtOnce) {
  const [time, table] = span === null ? ['r.created_at', receiptsAlong(dataSource, scope, {})] : ['u.start', sumsAlong(dataSource, scope)];
  const asked = new Conditions();
  if (scope !== null && 'apiKeyId' in scope) asked.is('api_key_id', scope.apiKeyId);
  if (scope !== null && 'accountId' in scope) asked.is('account_id', scope.accountId);
  asked.is('span', span ?? undefined).and(`${time} >= ? AND ${time} < ?`, BigInt(from), BigInt(to));
  const limit = span === null ? atOnce.receipts : atOnce.sums;
  return {
    sql: `SELECT ${time} AS place, ${from + LEAST[span ?? 'MS']} AS least FROM ${table} WHERE ${asked.sql} ORDER BY ${time} LIMIT 1 OFFSET ?`,
    values: [...asked.values, BigInt(limit)],
  };
}

/** What is never parted. */
const LEAST = { MS: 1, HOUR: HOUR_MS, DAY: DAY_MS };

function sumsAlong(dataSource: DataSource, scope: Sliced['scope']): string {
  if (scope !== null && 'accountId' in scope) return `usage_rollup u ${alongKey(dataSource, 'usage_rollup')}`;
  return `usage_rollup u ${alongIndex(dataSource, scope === null ? 'usage_rollup_time' : 'usage_rollup_key')}`;
}

async function manyWait(dataSource: DataSource): Promise<boolean> {
  const sql = "SELECT id FROM ledger_batch WHERE usage_state = 'PENDING' ORDER BY id LIMIT 1 OFFSET ?";
  return (await rowsOf(dataSource, sql, [WAITING_MAX])).length > 0;
}
