import { MemoryWalletHistory } from '../../test/support/memory-wallet-history';
import { SharedHistory } from './shared-history';

/** A history whose readings of all wallets take time, at a clock that goes on while somebody waits. */
function slowHistory(takesMs: number) {
  const history = new MemoryWalletHistory();
  const [readings, sleeps]: [number[], number[]] = [[], []];
  let [time, rings] = [1_000, 0];
  const clock = {
    monotonic: () => time,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      time += ms;
    },
  };
  const source = {
    heads: async (accountId: string | null) => {
      readings.push(time);
      time += takesMs;
      return history.heads(accountId);
    },
    sequenceAt: history.sequenceAt.bind(history),
    after: history.after.bind(history),
  };
  const ring = () => {
    rings += 1;
  };
  return { history, readings, sleeps, ring, shared: new SharedHistory(source, { rings: () => rings }, clock) };
}

describe('where all wallets stand', () => {
  it('is read for a tenth of the time at most, however often somebody rings', async () => {
    const { shared, readings, ring } = slowHistory(40);
    for (let nth = 0; nth < 5; nth += 1) {
      ring();
      await shared.heads(null);
    }
    expect(readings).toEqual([1_000, 1_400, 1_800, 2_200, 2_600]);
  });

  it('is waited for no longer than a follower sleeps, and not at all where it is read in no time', async () => {
    const slow = slowHistory(500);
    for (let nth = 0; nth < 2; nth += 1) {
      slow.ring();
      await slow.shared.heads(null);
    }
    expect(slow.sleeps).toEqual([1_000]);
    const quick = slowHistory(0);
    for (let nth = 0; nth < 3; nth += 1) {
      quick.ring();
      await quick.shared.heads(null);
    }
    expect([quick.readings.length, quick.sleeps]).toEqual([3, []]);
  });

  it('is one reading for all who ask before it begins, with everything in it that was rung for until then', async () => {
    const { shared, history, readings, ring } = slowHistory(40);
    await shared.heads(null);
    const asked = ['a', 'b', 'c'].map((id) => {
      history.grow('acme:RMB', id);
      ring();
      return shared.heads(null);
    });
    for (const heads of await Promise.all(asked)) expect(heads.get('acme:RMB')?.seq).toBe(3n);
    expect(readings).toHaveLength(2);
  });

  it('is asked for anew after a reading that failed', async () => {
    const history = new MemoryWalletHistory();
    let fails = true;
    const heads = async (accountId: string | null) => {
      if (fails) throw new Error('the database is away');
      return history.heads(accountId);
    };
    const source = { heads, sequenceAt: history.sequenceAt.bind(history), after: history.after.bind(history) };
    const shared = new SharedHistory(source, { rings: () => 0 }, { monotonic: () => 0, sleep: async () => undefined });
    await expect(shared.heads(null)).rejects.toThrow('away');
    fails = false;
    expect([...(await shared.heads(null))]).toEqual([]);
  });

  it('rests for nobody who asks for one account', async () => {
    const { shared, sleeps, ring } = slowHistory(40);
    for (const accountId of [null, 'acme', 'acme']) {
      ring();
      await shared.heads(accountId);
    }
    expect(sleeps).toEqual([]);
  });
});
