import { GroupCommit } from '../ledger/group-commit';
import type { LedgerStore, MoveMoney } from '../ledger/ledger-store';
import { createMetrics } from './gateway-metrics';
import { measured } from './measured-ledger';

describe('the sizes of batches', () => {
  it('are counted up to a full one, however large the ledger makes it', async () => {
    const metrics = createMetrics();
    const sizes: number[] = [];
    const store: LedgerStore = {
      lanes: 'one',
      checkpoint: async () => undefined,
      write: async ({ items }) => {
        sizes.push(items.length);
        return items.map(() => ({ verdict: 'done' }));
      },
    };
    const commit = new GroupCommit(measured(store, metrics, { monotonic: () => 0 }));
    await Promise.all(Array.from({ length: 5_000 }, () => commit.end({ kind: 'move' } as MoveMoney)));
    const full = Math.max(...sizes);
    const largest = (await metrics.text()).match(/ledger_batch_items_bucket\{le="(\d+)"\} \d+\n.*le="\+Inf"/)?.[1];
    expect(largest).toBe(String(full));
  });
});
