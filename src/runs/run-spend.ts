/** What runs have spent and hold, from the same counters that enforce their budgets. */
import { BUCKETS, type Bucket } from '../kernel/words';
import type { LedgerReader } from '../ledger/ledger-reader';
import { counterId } from '../ledger/spend-counter';
import { walletId } from '../ledger/wallet';
import { type Amounts, amountsOf } from './amounts';
import type { Run } from './run';

export interface RunSpend {
  readonly spent: Amounts;
  readonly held: Amounts;
}

/** By run id, in a constant number of statements. Every run is there. */
export async function spendOfRuns(
  reader: Pick<LedgerReader, 'spendOf'>,
  runs: readonly Pick<Run, 'id' | 'accountId'>[],
): Promise<ReadonlyMap<string, RunSpend>> {
  const counterOf = (id: string, bucket: Bucket) => counterId({ scope: 'run', scopeId: id, bucket, window: 'LIFETIME' }, 0);
  const counters = runs.flatMap(({ id, accountId }) =>
    BUCKETS.map((bucket) => ({ counterId: counterOf(id, bucket), walletId: walletId(accountId, bucket) })),
  );
  const found = await reader.spendOf(counters);
  const amounts = (id: string, what: 'spent' | 'held') => amountsOf((bucket) => found.get(counterOf(id, bucket))?.[what] ?? 0n);
  return new Map(runs.map(({ id }) => [id, { spent: amounts(id, 'spent'), held: amounts(id, 'held') }]));
}
