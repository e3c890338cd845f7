import { attempt, end, move, overage, place } from '../../../test/support/ledger-items';
import { NANO_MAX, nano } from '../../kernel/money';
import type { EndRequest, LedgerItem, MoveMoney, PlaceHold } from '../../ledger/ledger-store';
import { type PreparedItem, prepareBatch, UnwritableItem } from './prepare';
import { ATTEMPT_COLUMNS, RECEIPT_COLUMNS, TRANSFER_COLUMNS } from './rows';
import type { SqlRow } from './sql-values';

const hold = place('acme', 100n);
const held = (over: Partial<PlaceHold>) => ({ ...hold, ...over });
const ended = (charge: bigint, over: Partial<EndRequest> = {}) => end(hold, charge, over);
const moved = (amount: bigint, over: Partial<MoveMoney> = {}) => move('acme', amount, over);
const notSettling = { ...(ended(5n).hold ?? hold), settles: false };

const prepared = (item: LedgerItem) => prepareBatch({ id: 'batch', items: [item] }, 'owner', 1).items[0] as PreparedItem;
const named = (columns: readonly string[], row: SqlRow | null | undefined) =>
  Object.fromEntries(columns.map((column, at) => [column, row?.[at] ?? null]));
const endOf = (item: EndRequest) => prepared(item) as Extract<PreparedItem, { kind: 'end' }>;

describe('an item that no ledger may write', () => {
  it.each<[string, LedgerItem]>([
    ['has an amount out of range', held({ amount: -1n, atLeast: 0n })],
    ['has an amount out of range', held({ amount: NANO_MAX + 1n })],
    ['asks for at least more than its amount', held({ atLeast: 101n })],
    ['asks for at least more than its amount', held({ atLeast: -1n })],
    ['there is no wallet with the id "acme:EUR"', held({ walletId: 'acme:EUR' })],
    ['charges more than was held', ended(101n)],
    ['charges more than was held', ended(-1n)],
    ['charges more than was held', ended(1n, { hold: null })],
    ['charges a hold that it does not settle', ended(5n, { hold: notSettling })],
    ['charges without a transfer', ended(5n, { transferId: null })],
    ['has an overage above no hold', ended(0n, { ...overage(1n), hold: null })],
    ['has an overage without a transfer', ended(5n, { ...overage(1n), overageTransferId: null })],
    ['has an overage out of range', ended(5n, overage(NANO_MAX + 1n))],
    ['which a refund alone must', moved(5n, { receiptId: 'r' })],
    ['which a refund alone must', moved(5n, { entryKind: 'REFUND' })],
    ['has an amount out of range', moved(0n)],
    ['has an amount out of range', moved(NANO_MAX + 1n)],
    ['has an amount out of range', moved(-NANO_MAX - 1n)],
    ['takes money, which only an adjustment may', moved(-5n, { entryKind: 'TOP_UP' })],
    ['is in USD, which acme:RMB does not hold', moved(5n, { currency: 'USD' })],
    ['is longer than 200 characters', moved(5n, { externalKey: 'x'.repeat(201) })],
  ])('is refused before any database is asked: it %s', (why, item) => {
    expect(() => prepared(item)).toThrow(UnwritableItem);
    expect(() => prepared(item)).toThrow(why);
  });

  it('is none at the edge of what is allowed', () => {
    const edges = [
      held({ amount: NANO_MAX, atLeast: NANO_MAX }),
      held({ amount: 0n, atLeast: 0n }),
      ended(100n),
      ended(5n, overage(NANO_MAX)),
      moved(NANO_MAX, { externalKey: 'x'.repeat(200) }),
      moved(-NANO_MAX),
    ];
    for (const item of edges) expect(() => prepared(item)).not.toThrow();
  });
});

describe('an end', () => {
  it('says whose money went where: the charge names hold, receipt, key and run, and is of the instant of its settlement', () => {
    const item = ended(5n);
    const { requestId, apiKeyId, settledAt } = item.receipt;
    expect(named(TRANSFER_COLUMNS, endOf({ ...item, receipt: { ...item.receipt, runId: 'run' } }).transfer)).toMatchObject({
      ...{
        id: item.transferId,
        batch_id: 'batch',
        kind: 'CHARGE',
        currency: 'CNY',
        debit: 'acme:RMB',
        credit: 'house:revenue:CNY',
        amount: 5n,
      },
      ...{ wallet_id: 'acme:RMB', hold_id: hold.holdId, receipt_id: requestId, api_key_id: apiKeyId, run_id: 'run', memo: null },
      created_at: settledAt,
    });
  });

  it('books what is above the hold as a loss of the house, and takes it from no wallet', () => {
    const item = ended(5n, overage(7n));
    expect(named(TRANSFER_COLUMNS, endOf(item).overage)).toMatchObject({
      ...{ id: item.overageTransferId, kind: 'OVERAGE', amount: 7n, debit: 'house:overage-loss:CNY', credit: 'house:revenue:CNY' },
      ...{ wallet_id: null, hold_id: null, receipt_id: item.receipt.requestId },
    });
  });

  it('names the charged attempt and the transfer, and neither where nothing is charged', () => {
    const attempts = [attempt({ index: 0 }), attempt({ index: 1 })];
    const told = (item: EndRequest) => {
      const { receipt, attempts: rows, transfer } = endOf(item);
      const charges = rows.map((row) => named(ATTEMPT_COLUMNS, row)['charge']);
      return [named(RECEIPT_COLUMNS, receipt)['transfer_id'], charges, transfer === null];
    };
    expect(told(ended(5n, { attempts, chargedAttempt: 1, transferId: 't' }))).toEqual(['t', [0n, 5n], false]);
    expect(told(ended(0n, { attempts, chargedAttempt: null, transferId: 't' }))).toEqual([null, [0n, 0n], true]);
  });

  it('keeps in whose counters its hold stands', () => {
    const { receipt } = ended(5n);
    const item = { ...ended(5n), receipt: { ...receipt, charge: nano(5n), projectId: 'bots', runId: 'run' } };
    expect(endOf(item).spender).toEqual({ apiKeyId: 'acme-key', projectId: 'bots', runId: 'run' });
  });
});

describe('a movement', () => {
  it.each<[MoveMoney['entryKind'], bigint, string, string]>([
    ['TOP_UP', 5n, 'house:top-up:CNY', 'acme:RMB'],
    ['REDEMPTION', 5n, 'house:top-up:CNY', 'acme:RMB'],
    ['REFUND', 5n, 'house:revenue:CNY', 'acme:RMB'],
    ['ADJUSTMENT', 5n, 'house:adjustment:CNY', 'acme:RMB'],
    ['ADJUSTMENT', -5n, 'acme:RMB', 'house:adjustment:CNY'],
  ])('of the kind %s over %d goes from %s to %s, as a positive amount', (entryKind, amount, debit, credit) => {
    const item = moved(amount, { entryKind, memo: 'why', receiptId: entryKind === 'REFUND' ? 'r' : null, redemptionCodeId: 'code' });
    const { transfer, codeId } = prepared(item) as Extract<PreparedItem, { kind: 'move' }>;
    expect(codeId).toBe('code');
    expect(named(TRANSFER_COLUMNS, transfer)).toMatchObject({
      ...{ kind: entryKind, debit, credit, amount: 5n, memo: 'why', external_key: item.externalKey },
      created_at: item.createdAt,
    });
  });
});
