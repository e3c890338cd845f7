/** The one statement that answers a question about usage. */
import type { DataSource } from 'typeorm';
import { DAY_MS, HOUR_MS } from '../../kernel/times';
import { FAILURES, LACKS_MODEL, type Outcome, type OutcomeQuestion, type UsageQuestion, type UseQuestion } from '../../ledger/usage-report';
import { receiptsAlong } from '../ledger-reader/receipt-index';
import { keptInParts } from '../sql/exact-sums';
import { alongIndex, Conditions, joinInOrder, type QueryValue } from '../sql/query';
import { COUNT_NAMES, COUNTED, DIMENSIONS, GROUP_DIMENSION, MEASURE_NAMES, MEASURES, monthOf, startOf } from './usage-columns';
import { type Stretch, sourcesOf } from './usage-sources';

/** Whose requests. What is not named leaves out none. */
type Selection = Pick<UsageQuestion, 'scope'> & Partial<Pick<UseQuestion, 'bucket' | 'projectId' | 'routeType' | 'model'>>;

type Asked = UsageQuestion & Selection;

const CHARGE = keptInParts('p.charge');

interface Part {
  readonly sql: string;
  readonly values: readonly QueryValue[];
}

/** Rows of `start`, `of_group`, `bucket` and the sums. */
export function usageStatement(dataSource: DataSource, question: UsageQuestion): Part {
  const parts = partsOf(dataSource, question);
  const sums = [...COUNT_NAMES.map((name) => `SUM(p.${name}) AS ${name}`), CHARGE].join(', ');
  const start = question.interval === 'MONTH' ? monthOf(dataSource, 'p.start') : 'p.start';
  return {
    sql: `SELECT ${start} AS start, p.of_group, p.bucket, ${sums} FROM (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) p
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    values: parts.flatMap(({ values }) => values),
  };
}

/** One row of what `Use` has. */
export function useStatement(dataSource: DataSource, question: UseQuestion): Part {
  const parts = partsOf(dataSource, { ...question, interval: 'MONTH', groupBy: 'ROUTE_TYPE' });
  return {
    sql: `SELECT ${CHARGE}, SUM(p.input_tokens + p.output_tokens) AS tokens
      FROM (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) p`,
    values: parts.flatMap(({ values }) => values),
  };
}

/** Which receipts `r` an outcome is that of. */
const IS: Readonly<Record<Outcome['kind'], string>> = {
  FAILED: `(r.stop_reason IN (${FAILURES.map((reason) => `'${reason}'`).join(', ')}) OR r.error_code = '${LACKS_MODEL}')`,
  RETRIED: 'r.retry_count > 0',
  MOVED: 'r.fallback_count > 0',
  SLOW: 'r.latency_ms > ?',
};

/** One row of what `Outcomes` has. */
export function outcomesStatement(dataSource: DataSource, question: OutcomeQuestion): Part {
  const { outcome, scope } = question;
  const asked = within('r', question, 'r.created_at', question);
  const counted = `CASE WHEN ${IS[outcome.kind]} THEN r.id END`;
  const bounds = outcome.kind === 'SLOW' ? [BigInt(outcome.thanMs), BigInt(outcome.thanMs)] : [];
  return {
    sql: `SELECT COUNT(*) AS requests, COUNT(${counted}) AS counted, MAX(${counted}) AS last FROM ${receiptsAlong(dataSource, scope, {})}
      WHERE ${COUNTED} AND r.stop_reason <> 'REFUSED' AND ${asked.sql}`,
    values: [...bounds, ...asked.values],
  };
}

/** Behind so many receipts of a scope: when the next one was received, as `received`; no row where there are no more. */
export function receivedBehind(
  dataSource: DataSource,
  { scope, from, to }: Pick<OutcomeQuestion, 'scope' | 'from' | 'to'>,
  count: number,
): Part {
  const asked = within('r', { scope }, 'r.created_at', { from, to });
  return {
    sql: `SELECT r.created_at AS received FROM ${receiptsAlong(dataSource, scope, {})} WHERE ${asked.sql}
      ORDER BY r.created_at LIMIT 1 OFFSET ?`,
    values: [...asked.values, BigInt(count)],
  };
}

function partsOf(dataSource: DataSource, question: Asked): Part[] {
  const sources = sourcesOf(question);
  const parts = sources.map(({ span, ...stretch }) =>
    span === null ? receiptsOf(dataSource, question, stretch) : sumsOf(question, span, stretch),
  );
  const summed = sources.filter(({ span }) => span !== null);
  const [first, last] = [summed[0], summed.at(-1)];
  return first === undefined || last === undefined ? parts : [...parts, waiting(dataSource, question, { from: first.from, to: last.to })];
}

function sumsOf(question: Asked, span: 'HOUR' | 'DAY', stretch: Stretch): Part {
  const { interval, groupBy } = question;
  const asked = within('u', question, 'u.start', stretch).is('u.span', span);
  const start = span === interval ? 'u.start' : startOf('u.start', unitOf(interval));
  const columns = [
    `${start} AS start`,
    `u.${GROUP_DIMENSION[groupBy]} AS of_group`,
    'u.bucket',
    ...MEASURE_NAMES.map((name) => `u.${name}`),
  ];
  return { sql: `SELECT ${columns.join(', ')} FROM usage_rollup u WHERE ${asked.sql}`, values: asked.values };
}

/** Receipts of batches that are not in the sums yet. By their time they would be looked through anew for every batch. */
function waiting(dataSource: DataSource, question: Asked, stretch: Stretch): Part {
  const asked = within('r', question, 'r.created_at', stretch);
  const ofBatch = `receipt r ${alongIndex(dataSource, 'receipt_batch')} ON r.batch_id = b.id`;
  const from = `ledger_batch b ${joinInOrder(dataSource)} ${ofBatch}`;
  return {
    sql: `SELECT ${columnsOf(question)} FROM ${from} WHERE b.usage_state = 'PENDING' AND ${COUNTED} AND ${asked.sql}`,
    values: asked.values,
  };
}

function receiptsOf(dataSource: DataSource, question: Asked, stretch: Stretch): Part {
  const receipts = receiptsAlong(dataSource, question.scope, {});
  const asked = within('r', question, 'r.created_at', stretch);
  return { sql: `SELECT ${columnsOf(question)} FROM ${receipts} WHERE ${COUNTED} AND ${asked.sql}`, values: asked.values };
}

function columnsOf({ interval, groupBy }: UsageQuestion): string {
  const start = `${startOf('r.created_at', unitOf(interval))} AS start`;
  const measures = MEASURE_NAMES.map((name) => `${MEASURES[name]} AS ${name}`);
  return [start, `${DIMENSIONS[GROUP_DIMENSION[groupBy]]} AS of_group`, 'r.bucket', ...measures].join(', ');
}

function unitOf(interval: UsageQuestion['interval']): number {
  return interval === 'HOUR' ? HOUR_MS : DAY_MS;
}

function within(table: 'u' | 'r', selection: Selection, time: string, { from, to }: Stretch): Conditions {
  const { scope, bucket, projectId, routeType, model } = selection;
  const asked = new Conditions();
  if (scope !== null && 'apiKeyId' in scope) asked.is(`${table}.api_key_id`, scope.apiKeyId);
  if (scope !== null && 'accountId' in scope) asked.is(`${table}.account_id`, scope.accountId);
  asked
    .is(`${table}.project_id`, projectId ?? undefined)
    .is(`${table}.route_type`, routeType ?? undefined)
    .is(`${table}.${table === 'u' ? 'model' : 'requested_model'}`, model ?? undefined)
    .is(`${table}.bucket`, bucket ?? undefined);
  return asked.and(`${time} >= ? AND ${time} < ?`, BigInt(from), BigInt(to));
}
