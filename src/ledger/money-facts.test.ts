import { nano } from '../kernel/money';
import { type MoneyOfGroup, marginOf } from './money-facts';

const money = (over: Partial<MoneyOfGroup>): MoneyOfGroup => ({
  group: 'key',
  requests: 1,
  charges: [{ bucket: 'RMB', amount: nano(100n) }],
  refunds: [],
  costs: [{ currency: 'CNY', amount: nano(30n) }],
  attemptsWithoutCost: 0,
  overages: [],
  ...over,
});

describe('a margin', () => {
  it('is what was charged, less what was given back, less what it cost', () => {
    const refunds = [{ bucket: 'RMB', amount: nano(80n) }] as const;
    expect(marginOf(money({ refunds }))).toEqual({ known: true, margin: { currency: 'CNY', amount: -10n } });
  });

  it('never mixes currencies', () => {
    expect(marginOf(money({ costs: [{ currency: 'USD', amount: nano(1n) }] }))).toMatchObject({ known: false });
    const both = [{ bucket: 'RMB', amount: nano(1n) } as const, { bucket: 'CREDIT', amount: nano(1n) } as const];
    expect(marginOf(money({ charges: both, costs: [] }))).toMatchObject({ known: false });
  });

  it('is not told where a cost is not known, and where no money moved', () => {
    expect(marginOf(money({ attemptsWithoutCost: 1 }))).toMatchObject({ known: false, reason: expect.stringContaining('no cost') });
    expect(marginOf(money({ charges: [], costs: [] }))).toMatchObject({ known: false });
  });

  it('is the loss where only costs are there', () => {
    expect(marginOf(money({ charges: [] }))).toEqual({ known: true, margin: { currency: 'CNY', amount: -30n } });
  });
});
