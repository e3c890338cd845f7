import { entryCursor, placeOfCursor, placeOfReceiptCursor, receiptCursor, rowCursor, rowIdOfCursor } from './cursors';

const ID = '019300aa-0000-7000-8000-000000000001';

const LISTS = {
  entries: [entryCursor({ atUs: 1_700_000_000_000_000n, walletId: 'acme:CREDIT', id: ID }), placeOfCursor],
  receipts: [receiptCursor({ createdAt: 1_700_000_000_000n, id: ID }), placeOfReceiptCursor],
  rows: [rowCursor(ID), (cursor: string) => rowIdOfCursor(cursor, 'runs')],
} as const;

describe.each(Object.entries(LISTS))('the cursor of a list of %s', (_list, [cursor, placeOf]) => {
  const isRefused = (text: string) => {
    try {
      placeOf(text);
      return false;
    } catch {
      return true;
    }
  };

  it('is taken whole, as it was given', () => {
    expect(isRefused(cursor)).toBe(false);
  });

  it('is refused where its end is missing, from which a list would go on elsewhere', () => {
    const cut = Array.from({ length: cursor.length }, (_, length) => cursor.slice(0, length));
    expect(cut.filter((part) => !isRefused(part))).toEqual([]);
  });

  it('is refused where one of its characters is another', () => {
    const altered = Array.from(cursor, (was, at) => cursor.slice(0, at) + (was === 'A' ? 'B' : 'A') + cursor.slice(at + 1));
    expect(altered.filter((part) => !isRefused(part))).toEqual([]);
  });
});
