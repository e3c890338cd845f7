import { MemoryLedger } from '../../test/support/memory-ledger';
import { Fault } from '../kernel/fault';
import { GroupCommit } from './group-commit';
import type { MoveMoney, PlaceHold } from './ledger-store';

const move = (key: string): MoveMoney => ({
  kind: 'move',
  transferId: key,
  entryKind: 'TOP_UP',
  walletId: 'acme:RMB',
  currency: 'CNY',
  amount: 1n,
  externalKey: key,
  receiptId: null,
  redemptionCodeId: null,
  memo: null,
  createdAt: 0,
});

const hold = (holdId: string) =>
  ({ kind: 'place', holdId, walletId: 'acme:RMB', amount: 0n, atLeast: 0n, replaces: null }) as unknown as PlaceHold;
const turns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function opened() {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', 0n);
  return { ledger, commit: new GroupCommit(ledger), balance: () => ledger.wallets.get('acme:RMB')?.posted };
}

describe('group commit', () => {
  it('writes what waited during one commit as the next batch, at most 512 at a time', async () => {
    const { ledger, commit, balance } = opened();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    ledger.beforeWrite = () => gate;
    const writes = [commit.end(move('first'))];
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 1_100; i += 1) writes.push(commit.end(move(`late-${i}`)));
    release();
    await Promise.all(writes);
    expect(ledger.batchSizes).toEqual([1, 512, 512, 76]);
    expect(balance()).toBe(1_101n);
  });

  it('commits a lone item at once, without waiting for company', async () => {
    const { commit, ledger } = opened();
    await commit.end(move('alone'));
    expect(ledger.batchSizes).toEqual([1]);
  });

  it('fails a poisoned item alone: its neighbours commit', async () => {
    const { ledger, commit, balance } = opened();
    ledger.beforeWrite = ({ items }) => {
      if (items.some((item) => item.kind === 'move' && item.externalKey === 'poison')) throw new Error('bad row');
    };
    const keys = [...Array.from({ length: 20 }, (_, i) => `k${i}`), 'poison', ...Array.from({ length: 20 }, (_, i) => `l${i}`)];
    const results = await Promise.allSettled(keys.map((key) => commit.end(move(key))));
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
    expect(results[20]?.status).toBe('rejected');
    expect(balance()).toBe(40n);
  });

  it('does not halve a batch that a database in trouble could not take', async () => {
    const { ledger, commit } = opened();
    let writes = 0;
    ledger.beforeWrite = () => {
      writes += 1;
      throw new Fault('temporarily_unavailable', 'down');
    };
    const results = await Promise.allSettled([commit.end(move('a')), commit.end(move('b'))]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(writes).toBe(1);
  });

  it('tells everything that waits at once when the store is away, and lets one batch find out whether it is back', async () => {
    const { ledger, commit } = opened();
    let asked: (() => void)[] = [];
    ledger.beforeWrite = () => new Promise<void>((_, reject) => asked.push(() => reject(new Fault('temporarily_unavailable', 'down'))));
    const first = commit.place(hold('a'));
    await turns();
    const queued = [commit.place(hold('b')), commit.end(move('c'))];
    asked.pop()?.();
    for (const each of [first, ...queued]) await expect(each).rejects.toMatchObject({ code: 'temporarily_unavailable' });

    await turns();
    const probe = commit.place(hold('d'));
    await turns();
    await expect(commit.place(hold('e'))).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(asked).toHaveLength(1);
    asked.pop()?.();
    await expect(probe).rejects.toMatchObject({ code: 'temporarily_unavailable' });

    await turns();
    asked = [];
    ledger.beforeWrite = () => undefined;
    expect(await commit.place(hold('f'))).toMatchObject({ verdict: 'granted' });
    expect(await Promise.all([commit.place(hold('g')), commit.place(hold('h'))])).toHaveLength(2);
  });

  it('refuses a poisoned item alone also when the store is away in the middle of looking for it', async () => {
    const { ledger, commit, balance } = opened();
    let away = 1;
    ledger.beforeWrite = ({ items }) => {
      if (items.some((item) => item.kind === 'move' && item.externalKey === 'poison')) throw new Error('bad row');
      if (away-- > 0) throw new Fault('temporarily_unavailable', 'down');
    };
    const results = await Promise.allSettled(['a', 'poison', 'b', 'c'].map((key) => commit.end(move(key))));
    const codes = results.map((result) => (result.status === 'rejected' ? (result.reason.code ?? result.reason.message) : 'written'));
    expect(codes).toEqual(['temporarily_unavailable', 'bad row', 'written', 'written']);
    expect(balance()).toBe(2n);
  });

  it('has two batches of ends and one of holds in flight where the store takes them, of equal size, and never more', async () => {
    const { ledger } = opened();
    ledger.lanes = { ends: 2 };
    const commit = new GroupCommit(ledger);
    const inFlight: string[] = [];
    const release: (() => void)[] = [];
    ledger.beforeWrite = ({ items }) => {
      inFlight.push(`${items.length} ${items[0]?.kind}`);
      return new Promise<void>((resolve) => release.push(resolve));
    };
    const writes: Promise<unknown>[] = [];
    for (const key of Array.from({ length: 10 }, (_, nth) => `k${nth}`)) writes.push(commit.end(move(key)), commit.place(hold(key)));
    await turns();
    expect(inFlight.sort()).toEqual(['10 place', '5 move', '5 move']);
    writes.push(commit.end(move('late')));
    await turns();
    expect(inFlight).toHaveLength(3);
    ledger.beforeWrite = () => undefined;
    for (const each of release) each();
    await Promise.all(writes);
    await commit.idle();
  });

  describe('where the store takes the next batch ahead of time', () => {
    function held() {
      const { ledger, balance } = opened();
      ledger.lanes = 'one_ahead';
      const [inFlight, release]: [string[], (() => void)[]] = [[], []];
      ledger.beforeWrite = ({ items }) => {
        inFlight.push(`${items.length}`);
        return new Promise<void>((resolve) => release.push(resolve));
      };
      const commit = new GroupCommit(ledger);
      let nth = 0;
      const submit = (count: number) => Array.from({ length: count }, () => commit.end(move(`k${nth++}`)));
      const finish = async (writes: readonly Promise<unknown>[]) => {
        ledger.beforeWrite = () => undefined;
        for (const each of release) each();
        await Promise.all(writes);
        await commit.idle();
        return balance();
      };
      return { ledger, commit, inFlight, release, submit, finish };
    }

    it('hands it over once 64 wait, never a third one, and forgets none', async () => {
      const { inFlight, submit, finish } = held();
      const writes = submit(1);
      await turns();
      writes.push(...submit(63));
      await turns();
      expect(inFlight).toEqual(['1']);
      writes.push(...submit(1));
      await turns();
      expect(inFlight).toEqual(['1', '64']);
      writes.push(...submit(300));
      await turns();
      expect(inFlight).toEqual(['1', '64']);
      expect(await finish(writes)).toBe(365n);
    });

    it('writes what is left over when the batch beside it ends', async () => {
      const { inFlight, release, submit, finish } = held();
      const writes = submit(1);
      await turns();
      writes.push(...submit(64));
      await turns();
      writes.push(...submit(5));
      release[0]?.();
      await turns();
      expect(inFlight).toEqual(['1', '64']);
      expect(await finish(writes)).toBe(70n);
    });

    it('asks a store that was away with one batch only', async () => {
      const { ledger, commit, inFlight, submit } = held();
      const asked = ledger.beforeWrite;
      ledger.beforeWrite = () => {
        throw new Fault('temporarily_unavailable', 'down');
      };
      await expect(commit.end(move('first'))).rejects.toMatchObject({ code: 'temporarily_unavailable' });
      ledger.beforeWrite = asked;
      submit(1);
      await turns();
      submit(200);
      await turns();
      expect(inFlight).toEqual(['1']);
    });
  });

  it('writes an end in the lane that has nothing to do', async () => {
    const { ledger } = opened();
    ledger.lanes = { ends: 2 };
    const commit = new GroupCommit(ledger);
    ledger.beforeWrite = ({ items }) =>
      items.some((item) => item.kind === 'move' && item.externalKey === 'slow') ? new Promise(() => undefined) : undefined;
    void commit.end(move('slow'));
    await turns();
    for (const key of ['a', 'b', 'c']) expect(await commit.end(move(key))).toMatchObject({ verdict: 'done' });
  });

  it('refuses a hold when too many wait, and never an end', async () => {
    const { ledger, commit } = opened();
    ledger.beforeWrite = () => new Promise(() => undefined);
    for (let i = 0; i < 5_000; i += 1) void commit.end(move(`k${i}`));
    await expect(commit.place(hold('late'))).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
