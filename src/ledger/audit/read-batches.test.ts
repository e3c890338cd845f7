import { readBatches, type SomeBatches } from './read-batches';
import type { LedgerSnapshot } from './snapshot';
import type { Row, TableName } from './tables';
import { portionsOf } from './walk-batches';

const batch = (id: string, items = 1n): Row<'batch'> => ({ id, owner: 'o', items, createdAt: 5n });

/** As much of each row as tells where it belongs. A call is charged, another one costs nothing; later the first is paid back. */
const ROWS: Readonly<Partial<Record<TableName, readonly object[]>>> = {
  transfer: [
    { id: 'charge', batchId: 'calls', kind: 'CHARGE', receiptId: 'paid' },
    { id: 'back', batchId: 'later', kind: 'REFUND', receiptId: 'paid' },
    { id: 'top-up', batchId: 'later', kind: 'TOP_UP', receiptId: null },
  ],
  change: [
    { walletId: 'w', seq: 1n, batchId: 'calls' },
    { walletId: 'w', seq: 2n, batchId: 'later' },
  ],
  receipt: [
    { id: 'paid', batchId: 'calls', holdId: 'settled' },
    { id: 'free', batchId: 'calls', holdId: 'released' },
    { id: 'refused', batchId: 'later', holdId: null },
  ],
  attempt: [
    { receiptId: 'paid', idx: 0n },
    { receiptId: 'paid', idx: 1n },
    { receiptId: 'free', idx: 0n },
  ],
  refund: [{ receiptId: 'paid', transferId: 'back', amount: 5n }],
  endedHold: [
    { id: 'settled', state: 'SETTLED' },
    { id: 'released', state: 'RELEASED' },
  ],
  idempotencyKey: [
    { id: 'taken', holdId: 'settled' },
    { id: 'free-again', holdId: 'released' },
  ],
  sealedBatch: [{ batchId: 'calls' }],
};

const among = async (table: TableName, column: string, values: readonly unknown[]) =>
  (ROWS[table] ?? []).filter((row) => {
    const value = (row as Readonly<Record<string, unknown>>)[column];
    return value !== null && values.includes(value);
  });
const snapshot = { among } as unknown as LedgerSnapshot;
const [CALLS, LATER] = [batch('calls'), batch('later')];

describe('the rows of a batch', () => {
  it('are all that was written in it: a refund with its transfer, and no key that another request may take', async () => {
    const { byBatch } = await readBatches(snapshot, [CALLS, LATER]);
    expect(byBatch).toEqual(
      [
        {
          ...{ batch: CALLS, transfers: [{ id: 'charge' }], changes: [{ seq: 1n }], receipts: [{ id: 'paid' }, { id: 'free' }] },
          attempts: [
            { receiptId: 'paid', idx: 0n },
            { receiptId: 'paid', idx: 1n },
            { receiptId: 'free', idx: 0n },
          ],
          ...{ refunds: [], holds: [{ id: 'settled' }, { id: 'released' }], keys: [{ id: 'taken' }] },
        },
        {
          ...{ batch: LATER, transfers: [{ id: 'back' }, { id: 'top-up' }], changes: [{ seq: 2n }], receipts: [{ id: 'refused' }] },
          ...{ attempts: [], refunds: [{ transferId: 'back' }], holds: [], keys: [] },
        },
      ].map((rows) => likeThese(rows)),
    );
  });

  it('are the same whichever batches are read with it, as its seal was made with others than it is checked with', async () => {
    const alone: SomeBatches['byBatch'][number][] = [];
    for (const each of [CALLS, LATER]) alone.push(...(await readBatches(snapshot, [each])).byBatch);
    expect((await readBatches(snapshot, [CALLS, LATER])).byBatch).toEqual(alone);
  });
});

/** Expects as much of each row as is written down. */
function likeThese(rows: object): object {
  const like = ([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? value.map((row) => expect.objectContaining(row)) : value,
  ];
  return Object.fromEntries(Object.entries(rows).map(like));
}

it('batches are read in portions of about five hundred items, in order, and a larger one alone', () => {
  const of = (...items: bigint[]) =>
    [...portionsOf(items.map((count, nth) => batch(`b${nth}`, count)))].map((some) => some.map(({ id }) => id));
  expect(of()).toEqual([]);
  expect(of(256n, 255n)).toEqual([['b0', 'b1']]);
  expect(of(256n, 256n)).toEqual([['b0'], ['b1']]);
  expect(of(5_000n, 1n, 510n, 1n)).toEqual([['b0'], ['b1', 'b2'], ['b3']]);
});
