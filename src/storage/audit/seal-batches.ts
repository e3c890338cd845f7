/**
 * Seals batches, a block at a time, and with the last ones what was written once beside them. A batch that is visible is closed, so what a
 * block covers is exactly what it lists: a batch that appears later, with an older id, goes into a later block.
 */

import { readBatches } from '../../ledger/audit/read-batches';
import { hashOfBlock, NO_HASH, sealBatch } from '../../ledger/audit/seal';
import type { Row } from '../../ledger/audit/tables';
import { portionsOf } from '../../ledger/audit/walk-batches';
import type { AuditDatabase } from './audit-database';
import { type Fact, unsealedFacts } from './facts';
import { firstBatches } from './first-batches';
import type { Read } from './read';
import { SqlSnapshot } from './sql-snapshot';

/** What is looked at. */
export interface SealRange {
  /** Batches with ids between these two, neither included. */
  readonly after: string;
  readonly before: string;
  /** What was written beside them from then on, in milliseconds since 1970; 0: all of it. */
  readonly since: number;
}

export interface SealedBlock {
  readonly seq: bigint;
  readonly hash: string;
  readonly batches: number;
  readonly facts: number;
  /** The id of its last batch: none before it was left out that was visible. */
  readonly lastId: string;
}

const BATCHES_MAX = 1_000;

const SEAL_COLUMNS = ['seq', 'batches', 'previous_hash', 'hash', 'sealed_at'];
const FACT_COLUMNS = ['name', 'seal_seq', 'position', 'digest'];
const BATCH_COLUMNS = ['batch_id', 'seal_seq', 'position', 'digest', 'manifest'];

/** Seals the oldest of the range that is not sealed yet, as one block. Null: there is nothing, or another process is at it. */
export function sealNextBlock(database: AuditDatabase, range: SealRange, at: number): Promise<SealedBlock | null> {
  return database.unlessBusy('seal', async () => {
    const made = await database.inSnapshot((read) => makeBlock(read, new SqlSnapshot(read, database.alongIndex), range, at));
    if (made === null) return null;
    const { block, batches, facts } = made;
    const { seq, hash, previousHash, sealedAt } = block;
    // Its number is unique: of two processes that seal at once, whatever lets them, the second fails here and writes nothing.
    await database.insert([
      { table: 'seal', columns: SEAL_COLUMNS, values: [seq, block.batches, previousHash, hash, sealedAt] },
      ...batches.map((each) => ({
        table: 'seal_batch',
        columns: BATCH_COLUMNS,
        values: [each.batchId, each.sealSeq, each.position, each.digest, each.manifest],
      })),
      ...facts.map(({ name, digest }, at) => ({ table: 'seal_fact', columns: FACT_COLUMNS, values: [name, seq, BigInt(at), digest] })),
    ]);
    return { seq, hash, batches: batches.length, facts: facts.length, lastId: batches.at(-1)?.batchId ?? range.after };
  });
}

interface MadeBlock {
  readonly block: Row<'seal'>;
  readonly batches: readonly Row<'sealedBatch'>[];
  readonly facts: readonly Fact[];
}

async function makeBlock(read: Read, snapshot: SqlSnapshot, range: SealRange, at: number): Promise<MadeBlock | null> {
  const [head] = await read('SELECT seq, hash FROM seal ORDER BY seq DESC LIMIT 1', []);
  const seq = BigInt(head?.[0] ?? 0) + 1n;
  const { ids, areAll } = await unsealed(read, range);
  const batches = await digestsOf(snapshot, seq, ids);
  // Behind the last batches: an arrear of many blocks looks for them once.
  const facts = areAll ? await unsealedFacts(read, range.since) : [];
  if (batches.length === 0 && facts.length === 0) return null;
  const place = { seq, previousHash: String(head?.[1] ?? NO_HASH), sealedAt: BigInt(at) };
  return { block: { ...place, batches: BigInt(batches.length), hash: hashOfBlock(place, batches, facts) }, batches, facts };
}

async function unsealed(read: Read, { after, before }: SealRange): Promise<{ readonly ids: readonly string[]; readonly areAll: boolean }> {
  const found = await read(
    `SELECT b.id, b.items FROM ledger_batch b LEFT JOIN seal_batch s ON s.batch_id = b.id
     WHERE b.id > ? AND b.id < ? AND s.batch_id IS NULL ORDER BY b.id LIMIT ${BATCHES_MAX}`,
    [after, before],
  );
  const ids = firstBatches(found);
  return { ids, areAll: ids.length === found.length && found.length < BATCHES_MAX };
}

async function digestsOf(snapshot: SqlSnapshot, sealSeq: bigint, ids: readonly string[]): Promise<Row<'sealedBatch'>[]> {
  const batches = [...(await snapshot.among('batch', 'id', ids))].sort((a, b) => (a.id < b.id ? -1 : 1));
  const sealed: Row<'sealedBatch'>[] = [];
  for (const portion of portionsOf(batches)) {
    const { byBatch } = await readBatches(snapshot, portion);
    for (const rows of byBatch) {
      sealed.push({ batchId: rows.batch.id, sealSeq, position: BigInt(sealed.length), ...sealBatch(rows) });
    }
  }
  return sealed;
}
