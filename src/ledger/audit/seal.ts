/**
 * Seals. A batch is closed as soon as it is committed: nothing in it ever changes. Its seal is a digest of all its rows
 * and a manifest, which has a short digest of each row and so tells later which row was touched. Batches that are sealed
 * together are a block, and the hash of a block covers the one before it: a chain.
 */
import { fingerprint } from '../../kernel/secret';
import { LATER, type Row, TABLES, type TableName } from './tables';

/** Part of every hash, so that rows may be written down in another way one day. */
const FORMAT = 'tokens-forge seal 1';
/** From it on also the holds that a batch ended, and their idempotency keys. Its manifests begin with `MARK`. */
const WITH_HOLDS = 'tokens-forge seal 2';
const MARK = 'seal 2';
const SHORT = 12;

/** What comes before the first block. */
export const NO_HASH = '0'.repeat(64);

/** All rows of one batch: those that a seal covers. */
export interface BatchRows {
  readonly batch: Row<'batch'>;
  readonly transfers: readonly Row<'transfer'>[];
  readonly changes: readonly Row<'change'>[];
  readonly receipts: readonly Row<'receipt'>[];
  readonly attempts: readonly Row<'attempt'>[];
  readonly refunds: readonly Row<'refund'>[];
  /** The holds that its receipts name: they have ended, and change no more. */
  readonly holds: readonly Row<'endedHold'>[];
  /** The idempotency keys of those that were settled: nobody takes them any more. */
  readonly keys: readonly Row<'idempotencyKey'>[];
}

export interface BatchSeal {
  /** SHA-256, hex, of all rows. */
  readonly digest: string;
  /** A line for each row: its table and key, and the beginning of its own SHA-256. */
  readonly manifest: string;
}

/** One row of a batch: what it is called, and everything that it says. */
interface SealedRow {
  readonly name: string;
  readonly text: string;
}

/** The same rows give the same seal, in whatever order they are read. */
export function sealBatch(rows: BatchRows): BatchSeal {
  return sealOf(WITH_HOLDS, [MARK], [...sealedRows(rows), ...endedRows(rows)]);
}

/** The seal that these rows have now, made as that one was: it may be from before holds were sealed. */
export function sealAgain(rows: BatchRows, { digest, manifest }: BatchSeal): BatchSeal {
  const first = () => sealOf(FORMAT, [], sealedRows(rows));
  const [likely, other] = manifest.startsWith(MARK) ? [() => sealBatch(rows), first] : [first, () => sealBatch(rows)];
  const now = likely();
  if (now.digest === digest) return now;
  // The manifest may be what was edited: the digest tells for certain.
  const otherwise = other();
  return otherwise.digest === digest ? otherwise : now;
}

function sealOf(format: string, head: readonly string[], sealed: readonly SealedRow[]): BatchSeal {
  const lines = sealed.map(({ name, text }) => `${name} ${fingerprint(text).slice(0, SHORT)}`);
  return { digest: fingerprint(format, ...sealed.map(({ text }) => text)), manifest: [...head, ...lines].join('\n') };
}

/** The hash of a block: of the one before it, and of every batch and fact in it, in order. */
export function hashOfBlock(
  block: Pick<Row<'seal'>, 'seq' | 'previousHash' | 'sealedAt'>,
  batches: readonly Pick<Row<'sealedDigest'>, 'batchId' | 'digest'>[],
  facts: readonly Pick<Row<'sealedFact'>, 'name' | 'digest'>[] = [],
): string {
  const { seq, previousHash, sealedAt } = block;
  const ofBatches = batches.map(({ batchId, digest }) => `${batchId} ${digest}`);
  const ofFacts = facts.map(({ name, digest }) => `fact ${name} ${digest}`);
  return fingerprint(FORMAT, `${seq} ${sealedAt} ${previousHash}`, ...ofBatches, ...ofFacts);
}

/** The digest of what was written once: of each of its columns that holds something, so that a later column changes none. */
export function digestOfFact(name: string, columns: readonly (readonly [column: string, value: string])[]): string {
  return fingerprint(FORMAT, JSON.stringify([name, ...columns]));
}

/** The rows by which two manifests differ, each with what happened to it since it was sealed. */
export function differences(sealed: string, now: string): { readonly name: string; readonly what: 'changed' | 'deleted' | 'added' }[] {
  const before = shortDigests(sealed);
  const after = shortDigests(now);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({ name, what: !after.has(name) ? 'deleted' : before.has(name) ? 'changed' : 'added' }));
}

function shortDigests(manifest: string): Map<string, string> {
  const lines = manifest === '' ? [] : manifest.split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]));
}

function sealedRows({ batch, transfers, changes, receipts, attempts, refunds }: BatchRows): SealedRow[] {
  return [
    ...ordered('batch', [batch], ({ id }) => id),
    ...ordered('transfer', transfers, ({ id }) => id),
    ...ordered('change', changes, ({ walletId, seq }) => `${walletId} #${seq}`),
    ...ordered('receipt', receipts, ({ id }) => id),
    ...ordered('attempt', attempts, ({ receiptId, idx }) => `${receiptId} #${idx}`),
    ...ordered('refund', refunds, ({ receiptId, transferId }) => `${receiptId} ${transferId}`),
  ];
}

function endedRows({ holds, keys }: BatchRows): SealedRow[] {
  return [...ordered('endedHold', holds, ({ id }) => id), ...ordered('idempotencyKey', keys, ({ id }) => id)];
}

function ordered<T extends TableName>(table: T, rows: readonly Row<T>[], keyOf: (row: Row<T>) => string): SealedRow[] {
  const columns = Object.keys(TABLES[table].columns) as (keyof Row<T>)[];
  return rows
    .map((row) => ({
      name: `${TABLES[table].name} ${keyOf(row)}`,
      text: JSON.stringify([
        table,
        ...columns.filter((column) => isSealed(column, row[column])).map((column) => sealedValue(column, row[column])),
      ]),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSealed(column: string | number | symbol, value: unknown): boolean {
  return value !== null || !LATER.has(String(column));
}

function sealedValue(column: string | number | symbol, value: unknown): unknown {
  const plain = typeof value === 'bigint' ? String(value) : value;
  const name = LATER.get(String(column)) ?? '';
  return name === '' ? plain : `${name}${plain}`;
}
