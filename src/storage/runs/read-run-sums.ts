/** What the receipts of runs add up to. Sums of integers in the database are exact; nothing is averaged or rounded. */
import type { DataSource } from 'typeorm';
import { nano } from '../../kernel/money';
import { BUCKETS, type Bucket, USAGE_SOURCES } from '../../kernel/words';
import { amountsOf } from '../../runs/amounts';
import type { RunPart, RunSums } from '../../runs/run';
import { exactSum, summedInParts } from '../sql/exact-sums';
import { rowsOfIds } from '../sql/query';
import type { Row } from '../sql/row-values';
import { count, textOrNull, wordIn, wordInOrNull } from '../sql/stored-values';

const SUMS = ['input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens'];

/** Four statements for up to 150 runs. */
export async function readRunSums(dataSource: DataSource, ids: readonly string[]): Promise<ReadonlyMap<string, RunSums>> {
  const sums = SUMS.map((column) => `COALESCE(SUM(${column}), 0) AS ${column}`).join(', ');
  const parts = await rowsOfIds(
    dataSource,
    ids,
    (list) => `SELECT run_id, requested_model, bucket, COUNT(*) AS requests, COALESCE(SUM(fallback_count), 0) AS fallbacks, ${sums},
      ${summedInParts('charge')} FROM receipt WHERE run_id IN (${list}) GROUP BY run_id, requested_model, bucket ORDER BY run_id, requested_model, bucket`,
  );
  const sources = await rowsOfIds(
    dataSource,
    ids,
    (list) => `SELECT DISTINCT run_id, usage_source FROM receipt WHERE run_id IN (${list}) ORDER BY run_id, usage_source`,
  );
  const attempts = await rowsOfIds(
    dataSource,
    ids,
    (list) => `SELECT r.run_id AS run_id, COUNT(*) AS attempts, SUM(CASE WHEN a.status = 'FAILED' THEN 1 ELSE 0 END) AS failed
      FROM receipt r JOIN attempt a ON a.receipt_id = r.id WHERE r.run_id IN (${list}) GROUP BY r.run_id`,
  );
  const refunds = await rowsOfIds(
    dataSource,
    ids,
    (list) => `SELECT r.run_id AS run_id, r.bucket, ${summedInParts('f.amount')}
      FROM receipt r JOIN refund f ON f.receipt_id = r.id WHERE r.run_id IN (${list}) GROUP BY r.run_id, r.bucket`,
  );
  return new Map(ids.map((id) => [id, sumsOf(id, { parts, sources, attempts, refunds })]));
}

type Rows = Readonly<Record<'parts' | 'sources' | 'attempts' | 'refunds', readonly Row[]>>;

function sumsOf(id: string, { parts, sources, attempts, refunds }: Rows): RunSums {
  const mine = (row: Row) => row['run_id'] === id;
  const refundOf = (bucket: Bucket) => refunds.find((row) => mine(row) && wordInOrNull(BUCKETS, row, 'bucket') === bucket);
  const tried = attempts.find(mine);
  return {
    parts: parts.filter(mine).map(partOf),
    sources: sources.filter(mine).map((row) => wordIn(USAGE_SOURCES, row, 'usage_source')),
    attempts: tried === undefined ? 0 : count(tried, 'attempts'),
    failedAttempts: tried === undefined ? 0 : count(tried, 'failed'),
    refunds: amountsOf((bucket) => {
      const row = refundOf(bucket);
      return row === undefined ? 0n : exactSum(row);
    }),
  };
}

function partOf(row: Row): RunPart {
  return {
    model: textOrNull(row, 'requested_model'),
    bucket: wordInOrNull(BUCKETS, row, 'bucket'),
    requests: count(row, 'requests'),
    fallbacks: count(row, 'fallbacks'),
    charge: nano(exactSum(row)),
    inputTokens: count(row, 'input_tokens'),
    cachedInputTokens: count(row, 'cached_input_tokens'),
    cacheWriteTokens: count(row, 'cache_write_tokens'),
    outputTokens: count(row, 'output_tokens'),
    reasoningTokens: count(row, 'reasoning_tokens'),
  };
}
