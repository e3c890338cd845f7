import { auditEntriesOfLink, auditLink, auditWallet } from './audit-chain';
import { CounterSums } from './audit-counters';
import { auditHold } from './audit-hold';
import { auditReceipt } from './audit-receipt';
import { auditBlock } from './audit-seals';
import { auditTransfer } from './audit-transfer';
import { type Finding, lineOf } from './finding';
import { hashOfBlock, NO_HASH } from './seal';
import { type Row, TABLES, type TableName } from './tables';

/** A row of which a test says only what it is about: whole numbers are 0, texts empty, and what may be missing is. */
function row<T extends TableName>(table: T, over: Partial<Row<T>>): Row<T> {
  const plain = Object.entries(TABLES[table].columns).map(([name, kind]) => [name, kind === 'whole' ? 0n : kind === 'text' ? '' : null]);
  return { ...Object.fromEntries(plain), ...over } as Row<T>;
}

const linesOf = (findings: readonly Finding[]) => findings.map(lineOf);
const hold = row('hold', {
  id: 'h',
  requestId: 'r',
  walletId: 'acme:RMB',
  accountId: 'acme',
  apiKeyId: 'k',
  amount: 9n,
  state: 'SETTLED',
  resolvedAt: 5n,
});
const charge = row('transfer', {
  id: 't',
  batchId: 'b',
  kind: 'CHARGE',
  currency: 'CNY',
  debit: 'acme:RMB',
  credit: 'house:revenue:CNY',
  amount: 7n,
  walletId: 'acme:RMB',
  holdId: 'h',
  receiptId: 'r',
});
const receipt = row('receipt', {
  id: 'r',
  batchId: 'b',
  accountId: 'acme',
  apiKeyId: 'k',
  routeType: 'ORDINARY',
  routeId: 'm:ORDINARY',
  bucket: 'RMB',
  charge: 7n,
  usageSource: 'PROVIDER',
  priceId: 'p',
  holdId: 'h',
  holdAmount: 9n,
  transferId: 't',
});
const price = row('price', { id: 'p', routeId: 'm:ORDINARY', currency: 'CNY', multiplier: 1n });
const wallet = row('wallet', { id: 'acme:RMB', accountId: 'acme', bucket: 'RMB', currency: 'CNY', posted: 5n, held: 2n, seq: 1n });

describe('a hold', () => {
  const around = { receipt, charges: [charge], openOfRequest: 0, at: 1_000_000 };
  const open = { ...hold, state: 'OPEN', resolvedAt: null };
  const released = { ...hold, state: 'RELEASED' };
  const given = { receipt: undefined, charges: [], openOfRequest: 0, at: 1_000_000 };
  const told = (which: Row<'hold'>, over: Partial<typeof around> | Partial<typeof given>) =>
    linesOf(auditHold(which, { ...around, ...over }));

  it('is in order as the ledger writes it', () => {
    expect([told(hold, {}), told(open, { ...given, openOfRequest: 1 }), told({ ...released, resolvedAt: 999_999n }, given)]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    ['I4 hold h: its amount is -1', () => told({ ...hold, amount: -1n }, {})],
    ['I5 hold h: it is SETTLED, and was resolved at null', () => told({ ...hold, resolvedAt: null }, {})],
    ['I14 hold h: it is of globex, and holds money of acme:RMB', () => told({ ...hold, accountId: 'globex' }, {})],
    ['I5 hold h: it is still open, and charged by t', () => told(open, { ...given, charges: [charge], openOfRequest: 1 } as never)],
    [
      'I12 hold h: it is still open, and nothing can end it: 8640000000000001 is no moment at which it was placed',
      () => told({ ...open, placedAt: 8_640_000_000_000_001n }, given),
    ],
    ['I5 hold h: its request has 2 open holds', () => told(open, { ...given, openOfRequest: 2 })],
    ['I5 hold h: it was charged 2 times', () => told(hold, { charges: [charge, charge] })],
    ['I5 hold h: 6 was charged, its receipt r says 7', () => told(hold, { charges: [{ ...charge, amount: 6n }] })],
    ['I5 hold h: it holds 8, its receipt says 9', () => told({ ...hold, amount: 8n }, {})],
    ['I5 hold h: it is in the state LOST, which there is not', () => told({ ...released, state: 'LOST' }, { charges: [] })],
    ['I5 hold h: it was given back, and its request has no receipt', () => told(released, given)],
  ])('is told: %s', (line, findings) => {
    expect(findings()).toContain(line);
  });
});

describe('a receipt', () => {
  const attempts = [row('attempt', { receiptId: 'r', charge: 7n })];
  const around = { hold, transfer: charge, attempts, refunds: [], price, losses: [] };
  const told = (over: Partial<Row<'receipt'>>, of: Partial<Parameters<typeof auditReceipt>[1]> = {}) =>
    linesOf(auditReceipt({ ...receipt, ...over }, { ...around, ...of }, () => 7n));

  it('is in order as the ledger writes it', () => {
    expect(told({})).toEqual([]);
  });

  it.each([
    ['I5 receipt r: it says 7, and the charge  is not there', () => told({ transferId: null })],
    ['I5 receipt r: the transfer t is of another receipt or hold', () => told({}, { transfer: { ...charge, receiptId: 'x' } })],
    ['I9 receipt r: it was written in another batch than its charge t', () => told({ batchId: 'x' })],
    ['I5 receipt r: it says 7, and nothing was held', () => told({ holdId: null })],
    ['I5 receipt r: its hold h is of the request x', () => told({}, { hold: { ...hold, requestId: 'x' } })],
    ['I5 receipt r: it says that 9 was held, the hold h is of 8', () => told({}, { hold: { ...hold, amount: 8n } })],
    ['I6 receipt r: it charges 7, and only 6 was held', () => told({}, { hold: { ...hold, amount: 6n } })],
    ['I5 receipt r: it charges 7, and its hold h is RELEASED', () => told({}, { hold: { ...hold, state: 'RELEASED' } })],
    ['I13 receipt r: it charges 7, and nothing was used', () => told({ usageSource: 'NONE' })],
    ['I14 receipt r: its price p is in USD, and RMB pays', () => told({}, { price: { ...price, currency: 'USD' } })],
  ])('is told: %s', (line, findings) => {
    expect(findings()).toContain(line);
  });
});

describe('a transfer', () => {
  const around = { wallet, linked: true, receipt, refund: undefined };
  const told = (over: Partial<Row<'transfer'>>, of: Partial<Parameters<typeof auditTransfer>[1]> = {}) =>
    linesOf(auditTransfer({ ...charge, ...over }, { ...around, ...of }));
  const loss = { kind: 'OVERAGE', walletId: null, debit: 'house:overage-loss:CNY', holdId: null };

  it.each([
    ['I1 transfer t: its amount is 0', () => told({ amount: 0n })],
    ['I1 transfer t: it moves money from acme:RMB to itself', () => told({ credit: 'acme:RMB' })],
    ['I1 transfer t: it is an entry of the wallet acme:RMB, which does not exist', () => told({}, { wallet: undefined })],
    ['I1 transfer t: a OVERAGE without a wallet goes from x to house:revenue:CNY in CNY', () => told({ ...loss, debit: 'x' })],
    ['I6 transfer t: it books a loss above a hold that was not used up', () => told(loss)],
  ])('is told: %s', (line, findings) => {
    expect(findings()).toContain(line);
  });
});

describe('a chain', () => {
  const link = row('change', { walletId: 'acme:RMB', seq: 1n, atUs: 5n, postedDelta: 5n, postedAfter: 5n, heldAfter: 2n });
  const start = { seq: 0n, posted: 0n, atUs: 0n };
  const end = { seq: 1n, posted: 5n, atUs: 0n };
  const block = row('seal', { seq: 1n, previousHash: 'x' });
  const sealed = { ...block, hash: hashOfBlock(block, []) };

  it.each([
    [
      'I7 wallet_change acme:RMB #1: it leads from 1 by 5 to 5: it does not continue the balance before it',
      () => auditLink(link, { ...start, posted: 1n }),
    ],
    ['I7 wallet_change acme:RMB #1: it is not later than the one before it', () => auditLink(link, { ...start, atUs: 5n })],
    ['I4 wallet_change acme:RMB #1: it leaves 5 posted and 6 held', () => auditLink({ ...link, heldAfter: 6n }, start)],
    ['I7 wallet_change acme:RMB #1: it has no entry', () => auditEntriesOfLink({ ...link, postedDelta: 0n }, [])],
    ['I14 wallet acme:RMB: it is stored as the one of globex in RMB', () => auditWallet({ ...wallet, accountId: 'globex' }, end, 2n)],
    ['I14 wallet acme:RMB: it is stored as one in USD', () => auditWallet({ ...wallet, currency: 'USD' }, end, 2n)],
    ['I4 wallet acme:RMB: 5 is posted and 6 held', () => auditWallet({ ...wallet, held: 6n }, end, 6n)],
    [
      `I19 seal 1: it does not continue the block before it: it follows on x, that one is ${NO_HASH}`,
      () => auditBlock(sealed, { batches: [], facts: [] }, { seq: 0n, hash: NO_HASH }),
    ],
    [
      'I15 spend_counter c: it says 3 held, the open holds that count in it add up to 0',
      () => new CounterSums([row('counter', { id: 'c', held: 3n })]).findings(),
    ],
  ])('is told: %s', (line, findings) => {
    expect(linesOf(findings())).toContain(line);
  });

  it('is in order as the ledger writes it', () => {
    expect([auditLink(link, start), auditWallet(wallet, end, 2n)]).toEqual([[], []]);
  });
});
