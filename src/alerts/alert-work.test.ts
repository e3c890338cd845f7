import { NAMELESS } from '../../test/support/nameless';
import { StillClock } from '../../test/support/still-clock';
import { AlertWatch } from './alert-work';

const nothing = () => Promise.reject(new Error('there is no rule'));

/** Looks that take so long, one after another; gives when each of them began. */
function watch(takes: readonly number[]) {
  const clock = new StillClock(10_000);
  const began: number[] = [];
  const rules = async () => {
    began.push(clock.time);
    clock.time += takes[began.length - 1] ?? 0;
    return [];
  };
  const ports = {
    ...NAMELESS,
    ...{ clock, log: { warn: () => undefined }, alertLog: { raise: nothing }, alertRules: { rules, calm: nothing, pass: nothing } },
    ...{ reader: { wallets: nothing, receipts: nothing, entries: nothing }, usage: { used: nothing, outcomes: nothing } },
  };
  return { clock, began, work: new AlertWatch(ports) };
}

describe('the watch over the rules of alerts', () => {
  it('takes a tenth of the time at most, however long a look takes', async () => {
    const { clock, began, work } = watch([500, 20]);
    for (const at of [10_000, 12_000, 14_999, 15_000, 17_000]) {
      clock.time = at;
      await work.look();
    }
    expect(began).toEqual([10_000, 15_000, 17_000]);
  });
});
