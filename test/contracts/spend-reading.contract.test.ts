/** What the reading side promises of spend: the same whether a counter is kept or not. */
import { newId } from '../../src/kernel/ids';
import { DAY_MS } from '../../src/kernel/times';
import { counterId } from '../../src/ledger/spend-counter';
import { walletId } from '../../src/ledger/wallet';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, place, requestFacts } from '../support/ledger-items';

describe.each<DatabaseKind>(['sqlite', 'mysql'])('reading spend on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;

  /** An account with one charge of 7 and an open hold of 10, both of its key, which is of its project. */
  async function spender() {
    const account = await bed.accountWith(1_000n, 'RMB');
    const facts = requestFacts(account, { apiKeyId: `key-of-${account}`, projectId: `project-of-${account}` });
    const holds = [0, 1].map(() => ({ ...place(account, 10n), request: { ...facts, requestId: newId() } })) as [never, never];
    await write(...holds);
    await write(end(holds[0], 7n));
    return { account, facts, placedAt: place(account, 1n).placedAt };
  }

  promise('sums what no counter keeps yet, and reads what one keeps', async () => {
    const { account, facts, placedAt } = await spender();
    const wallet = walletId(account, 'RMB');
    const day = counterId({ scope: 'key', scopeId: facts.apiKeyId, bucket: 'RMB', window: 'DAY' }, placedAt);
    const before = await bed.open.reader.spendOf([{ counterId: day, walletId: wallet }]);
    expect(before).toEqual(new Map([[day, { spent: 7n, held: 10n }]]));
    const limited = { ...place(account, 5n), request: { ...facts, requestId: newId() }, ceilings: [{ counterId: day, ceiling: 100n }] };
    await write(limited);
    expect(await bed.database.query(`SELECT spent, held FROM spend_counter WHERE id = '${day}'`)).toEqual([{ spent: 7n, held: 15n }]);
    expect(await bed.open.reader.spendOf([{ counterId: day, walletId: wallet }])).toEqual(new Map([[day, { spent: 7n, held: 15n }]]));
  });

  promise('tells scopes, windows and buckets apart, and has nothing where nothing was spent', async () => {
    const { account, facts, placedAt } = await spender();
    const of = (scope: 'key' | 'project', scopeId: string, at: number, bucket: 'RMB' | 'CREDIT' = 'RMB') => ({
      counterId: counterId({ scope, scopeId, bucket, window: 'DAY' }, at),
      walletId: walletId(account, bucket),
    });
    const [byKey, byProject] = [of('key', facts.apiKeyId, placedAt), of('project', facts.projectId ?? '', placedAt)];
    const none = [
      of('key', facts.apiKeyId, placedAt + DAY_MS),
      of('key', facts.apiKeyId, placedAt, 'CREDIT'),
      of('key', 'nobody', placedAt),
      of('project', facts.apiKeyId, placedAt),
    ];
    const found = await bed.open.reader.spendOf([byKey, byProject, ...none]);
    for (const { counterId: id } of [byKey, byProject]) expect(found.get(id)).toEqual({ spent: 7n, held: 10n });
    for (const { counterId: id } of none) expect(found.get(id)).toEqual({ spent: 0n, held: 0n });
  });

  promise('takes two statements for a hundred counters as for one', async () => {
    const { account, facts, placedAt } = await spender();
    const counters = Array.from({ length: 100 }, (_, index) => ({
      counterId: counterId({ scope: 'key', scopeId: facts.apiKeyId, bucket: 'RMB', window: 'DAY' }, placedAt - index * DAY_MS),
      walletId: walletId(account, 'RMB'),
    }));
    for (const some of [counters.slice(0, 1), counters]) {
      expect(await bed.open.statementsOf(() => bed.open.reader.spendOf(some))).toHaveLength(2);
    }
    expect(await bed.open.statementsOf(() => bed.open.reader.spendOf([]))).toEqual([]);
  });
});
