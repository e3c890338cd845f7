import { move } from '../../test/support/ledger-items';
import { MemoryLedger } from '../../test/support/memory-ledger';
import { GroupCommit } from './group-commit';
import type { LedgerBatch } from './ledger-store';

const turns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A ledger that writes nothing until it is told to. */
function gated() {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', 0n);
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  ledger.beforeWrite = () => gate;
  return { ledger, commit: new GroupCommit(ledger), gate, release };
}

describe('what waits while a batch is written', () => {
  it('is written whatever is wrong with that batch', async () => {
    const { ledger, commit, gate, release } = gated();
    const poison = move('acme', 100n);
    ledger.beforeWrite = async ({ items }: LedgerBatch) => {
      await gate;
      if (items.includes(poison)) throw new Error('bad row');
    };
    const poisoned = commit.end(poison);
    await turns();
    const behind = commit.end(move('acme', 1n));
    release();
    await expect(poisoned).rejects.toThrow('bad row');
    await expect(behind).resolves.toEqual({ verdict: 'done' });
    expect(ledger.wallets.get('acme:RMB')?.posted).toBe(1n);
  });

  it('is waited for by whoever stops, together with the batch', async () => {
    const { ledger, commit, release } = gated();
    void commit.end(move('acme', 1n));
    await turns();
    void commit.end(move('acme', 1n));
    let isIdle = false;
    const idle = commit.idle().then(() => {
      isIdle = true;
    });
    await turns();
    expect(isIdle).toBe(false);
    release();
    await idle;
    expect(ledger.batchSizes).toEqual([1, 1]);
  });
});
