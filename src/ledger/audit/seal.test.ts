import { fingerprint } from '../../kernel/secret';
import { sealBatch } from './seal';
import { type Row, TABLES } from './tables';

const batch: Row<'batch'> = { id: 'b1', owner: 'o', items: 1n, createdAt: 5n };

/** Any values: a seal asks for none of their meaning. */
function receipt(usageClasses: string | null): Row<'receipt'> {
  const values = Object.entries(TABLES.receipt.columns).map(([name, kind]) => [name, kind.startsWith('whole') ? 7n : `${name} of it`]);
  return { ...(Object.fromEntries(values) as Row<'receipt'>), usageClasses };
}

const digestOf = (row: Row<'receipt'>) =>
  sealBatch({ batch, receipts: [row], transfers: [], changes: [], attempts: [], refunds: [] }).digest;
const textOf = (table: string, row: object) => JSON.stringify([table, ...Object.values(row).map((each) => (each === 7n ? '7' : each))]);

describe('the seal of a receipt', () => {
  it('stands as it was made before receipts had classes of usage, where there are none', () => {
    const { usageClasses: _later, ...before } = receipt(null);
    const batchText = JSON.stringify(['batch', 'b1', 'o', '1', '5']);
    expect(digestOf(receipt(null))).toBe(fingerprint('tokens-forge seal 1', batchText, textOf('receipt', before)));
  });

  it('covers the classes of usage where there are any', () => {
    const digests = [null, '{"images":1}', '{"images":2}'].map((classes) => digestOf(receipt(classes)));
    expect(new Set(digests).size).toBe(3);
  });
});
