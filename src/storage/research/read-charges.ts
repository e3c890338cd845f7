/** What the calls of sections were charged, from their receipts. Sums of integers, exact. */
import type { DataSource } from 'typeorm';
import { groupBy, sumOf } from '../../kernel/lists';
import { BUCKETS } from '../../kernel/words';
import type { SectionCharge } from '../../research/run';
import { type Amounts, amountsOf } from '../../runs/amounts';
import { rowsOfIds } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amountOrNull, text, textOrNull, wordInOrNull } from '../sql/stored-values';

/** By section id; two statements for up to 150 runs. Sections without a call are left out. */
export async function readCharges(dataSource: DataSource, runIds: readonly string[]): Promise<ReadonlyMap<string, SectionCharge>> {
  const calls = await rowsOfIds(
    dataSource,
    runIds,
    (list) => `SELECT c.section_id, c.receipt_id, s.call_id, r.bucket, r.charge FROM research_call c
      JOIN research_section s ON s.id = c.section_id LEFT JOIN receipt r ON r.id = c.receipt_id
      WHERE c.run_id IN (${list}) ORDER BY c.receipt_id`,
  );
  const bySection = groupBy(calls, (row) => text(row, 'section_id'));
  return new Map([...bySection].map(([sectionId, rows]) => [sectionId, chargeOf(sectionId, rows)]));
}

function chargeOf(sectionId: string, rows: readonly Row[]): SectionCharge {
  return {
    sectionId,
    spent: chargedBy(rows),
    wasted: chargedBy(rows.filter((row) => textOrNull(row, 'call_id') !== text(row, 'receipt_id'))),
    requests: rows.filter((row) => row['charge'] !== null).length,
    receiptIds: rows.map((row) => text(row, 'receipt_id')),
  };
}

function chargedBy(rows: readonly Row[]): Amounts {
  const inBucket = groupBy(rows, (row) => wordInOrNull(BUCKETS, row, 'bucket'));
  return amountsOf((bucket) => sumOf((inBucket.get(bucket) ?? []).map((row) => amountOrNull(row, 'charge') ?? 0n)));
}
