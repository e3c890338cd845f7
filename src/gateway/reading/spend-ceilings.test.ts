import { amount } from '../../../test/support/catalog-builders';
import { counterId, counterRef } from '../../ledger/spend-counter';
import { budgetLimits, ceilingsOn, overLimit } from './spend-ceilings';

const NOON = Date.UTC(2026, 6, 4, 12);

describe('the budget of a run', () => {
  it('limits nothing where there is none, and allows nothing of a balance that it does not name', () => {
    expect(budgetLimits({ budget: [] })).toEqual([]);
    expect(budgetLimits({ budget: [{ bucket: 'CREDIT', amount: amount('3') }] })).toEqual([
      { bucket: 'RMB', window: 'LIFETIME', amount: 0n },
      { bucket: 'CREDIT', window: 'LIFETIME', amount: amount('3') },
    ]);
  });
});

describe('the ceilings on a hold', () => {
  const limits = [
    { bucket: 'RMB', window: 'DAY', amount: amount('1') },
    { bucket: 'CREDIT', window: 'DAY', amount: amount('2') },
    { bucket: 'RMB', window: 'LIFETIME', amount: amount('9') },
  ] as const;

  it('are those of its own balance alone, of the key, its project and the run, each in its window', () => {
    const all = [
      { scope: 'key', scopeId: 'chat', limits },
      { scope: 'project', scopeId: 'bots', limits: limits.slice(0, 2) },
    ] as const;
    expect(ceilingsOn('RMB', NOON, all).map(({ counterId, ceiling }) => [counterRef(counterId), ceiling])).toEqual([
      [{ scope: 'key', scopeId: 'chat', bucket: 'RMB', window: 'DAY', from: Date.UTC(2026, 6, 4) }, amount('1')],
      [{ scope: 'key', scopeId: 'chat', bucket: 'RMB', window: 'LIFETIME', from: null }, amount('9')],
      [{ scope: 'project', scopeId: 'bots', bucket: 'RMB', window: 'DAY', from: Date.UTC(2026, 6, 4) }, amount('1')],
    ]);
  });

  it.each([
    ['run', 'r1', 'LIFETIME', 'The budget of the run r1 on RMB is 5 CNY', 'A higher budget lets it go on.'],
    ['key', 'chat', 'DAY', 'The DAY limit of this key on RMB is 5 CNY', 'It begins anew at 2026-07-05T00:00:00.000Z.'],
    ['project', 'bots', 'LIFETIME', 'The LIFETIME limit of the project "bots" on RMB is 5 CNY', 'up to 1 CNY.'],
  ] as const)(
    'are named to whoever reaches them, with what stands against them and what lets it go on: %s',
    (scope, scopeId, window, begins, ends) => {
      const at = { counterId: counterId({ scope, scopeId, bucket: 'RMB', window }, NOON), ceiling: amount('5') };
      const fault = overLimit({ ...at, spent: amount('4.1'), held: amount('0.5') }, amount('1'));
      expect(fault).toMatchObject({
        code: 'spend_limit_reached',
        publicMessage: expect.stringContaining('4.1 CNY is spent and 0.5 CNY is held'),
      });
      expect([fault.publicMessage.startsWith(begins), fault.publicMessage.endsWith(ends)]).toEqual([true, true]);
      // Only requests in flight stand in the way: there will be room without a raise and before the next window.
      const soon = overLimit({ ...at, spent: amount('4'), held: amount('0.5') }, amount('1'));
      expect(soon.publicMessage).toMatch(/What requests in flight hold and do not use is given back when they end\.$/);
    },
  );
});
