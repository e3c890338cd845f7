import { ACME, CHAT, type GraphWorld, graphWorld } from '../../../test/support/graph-world';
import { nano } from '../../kernel/money';
import { counterId } from '../../ledger/spend-counter';

let world: GraphWorld;

beforeEach(async () => {
  world = await graphWorld();
});

afterEach(() => world.app.close());

function spent(scope: 'key' | 'project', scopeId: string, window: 'DAY' | 'LIFETIME', amounts: readonly [bigint, bigint]): void {
  const id = counterId({ scope, scopeId, bucket: 'RMB', window }, world.clock.now());
  world.reader.spend.set(id, { spent: nano(amounts[0]), held: nano(amounts[1]) });
}

const DAILY = { bucket: 'RMB', window: 'DAY', amount: nano(5_000_000_000n) } as const;
const NO_RATES = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };

describe('spend in the graph', () => {
  it('stands against the limits of key and project as their counters say', async () => {
    await world.keys.change('chat', (key) => ({ ...key, limits: { ...NO_RATES, spend: [DAILY] } }));
    await world.accounts.changeProject('bots', { spendLimits: [DAILY] });
    spent('key', 'chat', 'DAY', [1_500_000_000n, 500_000_000n]);
    spent('project', 'bots', 'DAY', [9_000_000_000n, 0n]);
    const standing = 'bucket window amount used held remaining resetsAt';
    const { data, errors } = await world.ask(
      CHAT,
      `{ apiKey(id: "chat") { limits { spend { ${standing} } } project { spendLimits { ${standing} } } } }`,
    );
    expect(errors).toEqual([]);
    const resetsAt = new Date((Math.floor(world.clock.now() / 86_400_000) + 1) * 86_400_000).toISOString();
    const limit = { bucket: 'RMB', window: 'DAY', amount: '5', resetsAt };
    expect(data?.['apiKey']).toEqual({
      limits: { spend: [{ ...limit, used: '1.5', held: '0.5', remaining: '3' }] },
      project: { spendLimits: [{ ...limit, used: '9', held: '0', remaining: '0' }] },
    });
  });

  it('of a key is told by bucket for the window that is asked for, all time when none is', async () => {
    spent('key', 'chat', 'LIFETIME', [7n, 0n]);
    spent('key', 'chat', 'DAY', [2n, 0n]);
    const { data } = await world.ask(
      CHAT,
      '{ apiKey(id: "chat") { spend { bucket currency amount } today: spend(window: DAY) { amount } } }',
    );
    expect(data?.['apiKey']).toEqual({
      spend: [
        { bucket: 'RMB', currency: 'CNY', amount: '0.000000007' },
        { bucket: 'CREDIT', currency: 'USD', amount: '0' },
      ],
      today: [{ amount: '0.000000002' }, { amount: '0' }],
    });
  });

  it('is read in one call for all keys and projects of a query', async () => {
    await world.keys.change('chat', (key) => ({ ...key, limits: { ...NO_RATES, spend: [DAILY] } }));
    await world.accounts.changeProject('bots', { spendLimits: [DAILY] });
    world.calls.clear();
    await world.ask(ACME, '{ apiKeys { spend { amount } limits { spend { used } } } projects { spendLimits { used } } }');
    expect(world.calls.get('reader.spendOf')).toBeLessThanOrEqual(2);
  });
});
