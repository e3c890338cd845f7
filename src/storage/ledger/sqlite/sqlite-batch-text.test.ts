import { fc } from '../../../../test/support/properties';
import type { PreparedBatch, PreparedItem } from '../prepare';
import type { SqlRow, SqlValue } from '../sql-values';
import { batchOfText, batchText } from './sqlite-batch-text';

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
    codeId: fc.option(text),
    transfer: row,
  }),
);
const batch: fc.Arbitrary<PreparedBatch> = fc.record({ id: text, owner: text, at: fc.nat(), items: fc.array(item, { maxLength: 5 }) });

describe('a batch on its way to the thread', () => {
  it('arrives as it left, with every amount exact', () => {
    fc.assert(
      fc.property(batch, (each) => {
        expect(batchOfText(batchText(each))).toEqual({ ...each, items: each.items.map(asItArrives) });
      }),
    );
  });

  it('brings no number that is not exact', () => {
    const exact = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n });
    fc.assert(
      fc.property(exact, amount, (small, any) => {
        expect(BigInt(rowValue(small) as number)).toBe(small);
        expect(BigInt(rowValue(any) as number | bigint)).toBe(any);
      }),
    );
  });
});

/** What becomes of a value of a row. */
function rowValue(value: bigint): SqlValue | undefined {
  const of = { transferId: 't', walletId: 'w', externalKey: 'e', receiptId: null, codeId: null };
  const move = { kind: 'move' as const, ...of, amount: 1n, transfer: [value] };
  const [arrived] = batchOfText(batchText({ id: 'b', owner: 'o', at: 1, items: [move] })).items;
  return arrived?.kind === 'move' ? arrived.transfer[0] : undefined;
}

function asItArrives(item: PreparedItem): PreparedItem {
  const row = (values: SqlRow) =>
    values.map((value) => (typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value));
  if (item.kind === 'place') return { ...item, row: row(item.row) };
  if (item.kind === 'move') return { ...item, transfer: row(item.transfer) };
  const optional = (values: SqlRow | null) => (values === null ? null : row(values));
  const { receipt, attempts, transfer, overage, answer } = item;
  return {
    ...item,
    receipt: row(receipt),
    attempts: attempts.map(row),
    transfer: optional(transfer),
    overage: optional(overage),
    answer: optional(answer),
  };
}
