import { MemoryLedger } from '../../test/support/memory-ledger';
import { Fault } from '../kernel/fault';
import { GroupCommit } from './group-commit';
import type { MoveMoney } from './ledger-store';

const move = (key: string): MoveMoney => ({
  kind: 'move',
  transferId: key,
  entryKind: 'TOP_UP',
  walletId: 'acme:RMB',
  currency: 'CNY',
  amount: 1n,
  externalKey: key,
  memo: null,
  createdAt: 0,
});

function opened() {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', 0n);
  return { ledger, commit: new GroupCommit(ledger), balance: () => ledger.wallets.get('acme:RMB')?.posted };
}

describe('group commit', () => {
  it('writes what waited during one commit as the next batch, at most 256 at a time', async () => {
    const { ledger, commit, balance } = opened();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    ledger.beforeWrite = () => gate;
    const writes = [commit.end(move('first'))];
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 600; i += 1) writes.push(commit.end(move(`late-${i}`)));
    release();
    await Promise.all(writes);
    expect(ledger.batchSizes).toEqual([1, 256, 256, 88]);
    expect(balance()).toBe(601n);
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

  it('refuses a hold when too many wait, and never an end', async () => {
    const { ledger, commit } = opened();
    ledger.beforeWrite = () => new Promise(() => undefined);
    for (let i = 0; i < 5_000; i += 1) void commit.end(move(`k${i}`));
    const hold = { kind: 'place', walletId: 'acme:RMB' } as Parameters<GroupCommit['place']>[0];
    await expect(commit.place(hold)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
