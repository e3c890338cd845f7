/**
 * Adds the receipts of batches to the sums of usage, some batches at a time. A batch that is visible is closed, so that its
 * sums can be taken before anything is locked. That a batch is in the sums is written on the batch in the transaction that
 * adds it: whoever dies before that has added nothing, and whoever comes second adds nothing.
 */

import { NANO_MAX } from '../../kernel/money';
import type { AuditDatabase, Change, Values } from '../audit/audit-database';
import { firstBatches } from '../audit/first-batches';
import type { Cell, Read } from '../audit/read';
import { exactOf, kept, summedInParts } from '../sql/exact-sums';
import { placeholders } from '../sql/row-values';
import { COUNT_NAMES, COUNTED, DIMENSION_NAMES, DIMENSIONS, MEASURES, SPANS, startOf } from './usage-columns';

const BATCHES_MAX = 500;

export interface RolledUp {
  /** How many were added; 0: there were none, or another process is at it. */
  readonly batches: number;
  /** Whether more of them were waiting. */
  readonly more: boolean;
}

/** Adds the oldest batches that are not in the sums yet. */
export async function rollUpBatches(database: AuditDatabase, batchesMax = BATCHES_MAX): Promise<RolledUp> {
  const added = await database.unlessBusy('rollup', async () => {
    const { batches, more, changes } = await database.inSnapshot((read) => plan(read, database, batchesMax));
    return batches.length > 0 && (await database.change(changes)) ? { batches: batches.length, more } : null;
  });
  return added ?? { batches: 0, more: false };
}

interface Pending {
  readonly batches: readonly string[];
  readonly more: boolean;
}

interface Plan extends Pending {
  readonly changes: readonly Change[];
}

async function plan(read: Read, database: AuditDatabase, batchesMax: number): Promise<Plan> {
  const { batches, more } = await pending(read, batchesMax);
  if (batches.length === 0) return { batches, more, changes: [] };
  const claimed = `ledger_batch ${database.alongKey('ledger_batch')}`;
  const claim = `UPDATE ${claimed} SET usage_state = 'ADDED' WHERE id IN (${placeholders(batches)}) AND usage_state = 'PENDING'`;
  const addition = additionText(database);
  const receipts = `receipt r ${database.alongIndex('receipt_batch')}`;
  const changes: Change[] = [{ sql: claim, values: batches, finds: batches.length }];
  for (const [span, spanMs] of Object.entries(SPANS)) {
    for (const sums of await read(sumsOf(receipts, spanMs, placeholders(batches)), batches))
      changes.push({ sql: addition, values: additionValues(span, sums) });
  }
  return { batches, more, changes };
}

async function pending(read: Read, batchesMax: number): Promise<Pending> {
  const found = await read(`SELECT id, items FROM ledger_batch WHERE usage_state = 'PENDING' ORDER BY id LIMIT ${batchesMax}`, []);
  const batches = firstBatches(found);
  return { batches, more: batches.length < found.length || found.length === batchesMax };
}

/** In an order that is the same for everybody, so that no two writers wait for each other. */
function sumsOf(receipts: string, spanMs: number, list: string): string {
  const keys = [startOf('r.created_at', spanMs), ...DIMENSION_NAMES.map((name) => DIMENSIONS[name])];
  const sums = [...COUNT_NAMES.map((name) => `SUM(${MEASURES[name]})`), summedInParts(MEASURES.charge)];
  const places = keys.map((_key, at) => at + 1).join(', ');
  return `SELECT ${[...keys, ...sums].join(', ')} FROM ${receipts} WHERE r.batch_id IN (${list}) AND ${COUNTED}
    GROUP BY ${keys.join(', ')} ORDER BY ${places}`;
}

const KEY = ['span', 'start', ...DIMENSION_NAMES];
const COLUMNS = [...KEY, ...COUNT_NAMES, 'charge_high', 'charge'];

/** Adds one row of sums to the row that is there, or makes it. */
function additionText(database: AuditDatabase): string {
  const charge = '(usage_rollup.charge + ?)';
  const added = [
    ...COUNT_NAMES.map((name) => `${name} = usage_rollup.${name} + ?`),
    // In this order: MySQL makes each change on what the one before it left.
    `charge_high = usage_rollup.charge_high + ? + (${charge} >= ${NANO_MAX})`,
    `charge = ${charge} % ${NANO_MAX}`,
  ];
  return `INSERT INTO usage_rollup (${COLUMNS.join(', ')}) VALUES (${placeholders(COLUMNS)}) ${database.ifThere(KEY)} ${added.join(', ')}`;
}

function additionValues(span: string, sums: readonly Cell[]): Values {
  const [start, ...dimensions] = sums.slice(0, DIMENSION_NAMES.length + 1);
  const counts = sums.slice(DIMENSION_NAMES.length + 1, -2).map((sum) => BigInt(sum ?? 0));
  const { high, rest } = kept(exactOf(sums.at(-2), sums.at(-1)));
  const measures = [...counts, high, rest];
  return [span, BigInt(start ?? 0), ...dimensions.map(String), ...measures, ...measures, rest];
}
