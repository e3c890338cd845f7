import fc from 'fast-check';
import { announceSeed } from '../../../test/support/seed';
import type { PreparedBatch, PreparedItem } from './prepare';
import type { SqlRow } from './sql-values';
import { batchOfText, batchText } from './sqlite-batch-text';

const seed = announceSeed();
const amount = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const row: fc.Arbitrary<SqlRow> = fc.array(fc.oneof(fc.string({ unit: 'binary' }), amount, fc.constant(null)), { maxLength: 8 });
const hold = fc.record({ holdId: fc.uuid(), walletId: fc.string(), amount, placedAt: fc.nat(), settles: fc.boolean() });
const text = fc.string({ unit: 'binary' });
const spender = fc.record({ apiKeyId: text, projectId: fc.option(text), runId: fc.option(text) });
const item: fc.Arbitrary<PreparedItem> = fc.oneof(
  fc.record({
    kind: fc.constant('place' as const),
    holdId: text,
    walletId: text,
    placedAt: fc.nat(),
    amount,
    atLeast: amount,
    replaces: fc.option(hold),
    ceilings: fc.array(fc.record({ counterId: text, ceiling: amount }), { maxLength: 3 }),
    idempotence: fc.option(fc.record({ id: text, bodyHash: text })),
    row,
  }),
  fc.record({
    kind: fc.constant('end' as const),
    hold: fc.option(hold),
    spender,
    charge: amount,
    receipt: row,
    attempts: fc.array(row, { maxLength: 3 }),
    transfer: fc.option(row),
    overage: fc.option(row),
    answer: fc.option(row),
  }),
  fc.record({
    kind: fc.constant('move' as const),
    transferId: text,
    walletId: text,
    amount,
    externalKey: text,
    receiptId: fc.option(text),
    transfer: row,
  }),
);
const batch: fc.Arbitrary<PreparedBatch> = fc.record({ id: text, owner: text, at: fc.nat(), items: fc.array(item, { maxLength: 5 }) });

describe('a batch on its way to the thread', () => {
  it('arrives as it left, with every amount exact', () => {
    fc.assert(
      fc.property(batch, (each) => {
        expect(batchOfText(batchText(each))).toEqual(each);
      }),
      { seed },
    );
  });

  it('brings counts and times as bigints, which no driver takes for floating point', () => {
    const [arrived] = batchOfText(
      batchText({
        id: 'b',
        owner: 'o',
        at: 1,
        items: [{ kind: 'move', transferId: 't', walletId: 'w', amount: 1n, externalKey: 'e', receiptId: null, transfer: ['x', 7, null] }],
      }),
    ).items;
    expect(arrived).toMatchObject({ transfer: ['x', 7n, null] });
  });
});
