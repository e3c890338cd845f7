/** Sums of usage that are not those of the receipts that are in them: reports and the beginnings of spend counters go by them. */

import { DAY_MS, HOUR_MS } from '../../kernel/times';
import type { Search } from '../audit/search';
import { keepsSome } from '../sql/exact-sums';
import { COUNT_NAMES, COUNTED, DIMENSION_NAMES, DIMENSIONS, MEASURE_NAMES, MEASURES, startOf } from './usage-columns';

const ADDED = `SELECT ${startOf('r.created_at', HOUR_MS)} AS start,
    ${DIMENSION_NAMES.map((name) => `${DIMENSIONS[name]} AS ${name}`).join(', ')},
    ${MEASURE_NAMES.map((name) => `${MEASURES[name]} AS ${name}`).join(', ')}, 1 AS times
  FROM receipt r LEFT JOIN ledger_batch b ON b.id = r.batch_id
  WHERE ${COUNTED} AND (r.batch_id IS NULL OR b.usage_state = 'ADDED')`;

/** Of no wallet: reports are of keys and projects, as counters are. */
export const USAGE_SEARCHES: readonly Search[] = [
  {
    rule: 'I20',
    problem: 'it says something else than the receipts that are in it',
    sql: differing('HOUR', ADDED, summed('HOUR', 'u.start', -1)),
    ofWallet: null,
  },
  {
    rule: 'I20',
    problem: 'it says something else than the hours of its day',
    sql: differing('DAY', summed('HOUR', startOf('u.start', DAY_MS), 1), summed('DAY', 'u.start', -1)),
    ofWallet: null,
  },
];

function summed(span: 'HOUR' | 'DAY', start: string, times: 1 | -1): string {
  const columns = [...DIMENSION_NAMES, ...MEASURE_NAMES].map((name) => `u.${name}`);
  return `SELECT ${start} AS start, ${columns.join(', ')}, ${times} AS times
    FROM usage_rollup u WHERE u.span = '${span}'`;
}

/** Where what is due and what is there, taken from it, do not come to nothing. */
function differing(span: string, due: string, taken: string): string {
  const key = ['start', ...DIMENSION_NAMES].map((name) => `x.${name}`);
  const signed = (part: string) => `CAST(${part} AS SIGNED) * x.times`;
  const sums = [...COUNT_NAMES.map((name) => `SUM(x.${name} * x.times) <> 0`), keepsSome('x.charge', signed)];
  return `SELECT CONCAT('usage_rollup ${span} ', ${key.join(", ' ', ")}), NULL FROM (${due} UNION ALL ${taken}) x
    GROUP BY ${key.join(', ')} HAVING (${sums.join(' OR ')})`;
}
