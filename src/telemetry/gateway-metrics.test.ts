import { GroupCommit } from '../ledger/group-commit';
import type { LedgerStore, MoveMoney } from '../ledger/ledger-store';
import { createMetrics } from './gateway-metrics';
import { measured } from './measured-ledger';

const QUIET = { inFlight: () => 0, openHolds: async () => 0, breakers: () => [], alarms: () => 0, ratesAreShared: () => true };

describe('the metrics of the gateway', () => {
  it('are counters exactly where their names end in _total, as Prometheus names what only grows', async () => {
    const metrics = createMetrics();
    const raised = { late_settlement: 3, process_fenced: 0 };
    metrics.watch({ ...QUIET, alarms: (name) => raised[name] });
    const text = await metrics.text();
    const kinds = [...text.matchAll(/^# TYPE (tokens_forge_\w+) (\w+)$/gm)].map(([, name = '', kind]) => ({ name, kind }));
    expect(kinds.filter(({ kind }) => kind === 'counter').map(({ name }) => name)).toEqual(
      kinds.map(({ name }) => name).filter((name) => name.endsWith('_total')),
    );
    for (const [alarm, count] of Object.entries(raised)) expect(text).toContain(`tokens_forge_alarms_total{alarm="${alarm}"} ${count}\n`);
    expect(await metrics.text()).toContain('tokens_forge_alarms_total{alarm="late_settlement"} 3\n');
  });
});

describe('the open holds', () => {
  it('are left out of the answer while they cannot be read: no hold is open would be said of a database that is away', async () => {
    const metrics = createMetrics();
    let count = async () => 7;
    metrics.watch({ ...QUIET, openHolds: () => count() });
    const told = async () => (await metrics.text()).match(/^tokens_forge_open_holds .*$/m)?.[0];
    expect(await told()).toBe('tokens_forge_open_holds 7');
    count = () => Promise.reject(new Error('away'));
    expect(await told()).toBeUndefined();
    count = async () => 0;
    expect(await told()).toBe('tokens_forge_open_holds 0');
  });
});

describe('rates that processes share', () => {
  const told = async (metrics: ReturnType<typeof createMetrics>) => (await metrics.text()).match(/^tokens_forge_rates_shared .*$/m)?.[0];

  it('are said to be shared or not as long as there is a Redis to share them over', async () => {
    const metrics = createMetrics();
    let shared = false;
    metrics.watch({ ...QUIET, ratesAreShared: () => shared });
    expect(await told(metrics)).toBe('tokens_forge_rates_shared 0');
    shared = true;
    expect(await told(metrics)).toBe('tokens_forge_rates_shared 1');
  });

  it('are not spoken of where there is none: one process alone has nothing to share', async () => {
    const metrics = createMetrics();
    metrics.watch({ ...QUIET, ratesAreShared: () => null });
    expect(await told(metrics)).toBeUndefined();
  });
});

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
