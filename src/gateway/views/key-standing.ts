/** Where a key stands: what it spent, what of its limits is left, and the balances that it may be paid from. */
import { type Nano, nano } from '../../kernel/money';
import { BUCKETS, type Bucket, bucketOf, type RoutePolicy, SPEND_WINDOWS, type SpendWindow, TYPES_OF_POLICY } from '../../kernel/words';
import type { Project } from '../../keys/account-store';
import type { ApiKey, SpendLimit } from '../../keys/api-key';
import { accountAsHolder, keyAsHolder, type RateHolder } from '../../keys/rate-holders';
import type { RateLevels, RateLimiter } from '../../keys/rate-limiter';
import type { CounterOf, CounterSpend, LedgerReader } from '../../ledger/ledger-reader';
import { counterId } from '../../ledger/spend-counter';
import { type Wallet, walletId } from '../../ledger/wallet';

/** Whose spend is asked for. */
export interface SpendOwner {
  readonly scope: 'key' | 'project';
  readonly scopeId: string;
  readonly accountId: string;
}

/** A limit with what stands against it now. */
export interface LimitStanding extends SpendLimit {
  readonly used: Nano;
  readonly held: Nano;
  /** Never below zero. */
  readonly remaining: Nano;
}

export interface KeyStanding {
  readonly limits: readonly LimitStanding[];
  readonly spend: readonly { readonly bucket: Bucket; readonly window: SpendWindow; readonly amount: Nano }[];
  /** null: the key has no rate limits. */
  readonly rates: RateLevels | null;
  /** Of all keys of its account together; null: the operator has set none. */
  readonly accountRates: RateLevels | null;
  /** Those that its policy may use, RMB first. */
  readonly wallets: readonly Wallet[];
  readonly lastUsedAt: number | null;
}

export interface StandingSources {
  readonly reader: Pick<LedgerReader, 'spendOf' | 'walletsById' | 'lastUsedAt'>;
  readonly rates: RateLimiter;
}

/** The counter in which a hold of now would count. */
export function counterAt({ scope, scopeId, accountId }: SpendOwner, bucket: Bucket, window: SpendWindow, now: number): CounterOf {
  return { counterId: counterId({ scope, scopeId, bucket, window }, now), walletId: walletId(accountId, bucket) };
}

export function keyOwner({ id, accountId }: Pick<ApiKey, 'id' | 'accountId'>): SpendOwner {
  return { scope: 'key', scopeId: id, accountId };
}

export function projectOwner({ id, accountId }: Pick<Project, 'id' | 'accountId'>): SpendOwner {
  return { scope: 'project', scopeId: id, accountId };
}

export function limitStanding(limit: SpendLimit, { spent, held }: CounterSpend): LimitStanding {
  const left = limit.amount - spent - held;
  return { ...limit, used: spent, held, remaining: nano(left > 0n ? left : 0n) };
}

/** Of this key alone, but for the balances and rates that it shares with the keys of its account. Two statements for its spend, whatever the number of its limits. */
export async function keyStanding({ reader, rates }: StandingSources, key: ApiKey, now: number): Promise<KeyStanding> {
  const counter = (bucket: Bucket, window: SpendWindow) => counterAt(keyOwner(key), bucket, window, now);
  const places = BUCKETS.flatMap((bucket) => SPEND_WINDOWS.map((window) => ({ bucket, window })));
  const walletIds = bucketsOf(key.routePolicy).map((bucket) => walletId(key.accountId, bucket));
  const levelsOf = (holder: RateHolder | null) => holder && rates.levels(holder.id, holder.limits);
  const [spent, wallets, used, levels, accountLevels] = await Promise.all([
    reader.spendOf(places.map(({ bucket, window }) => counter(bucket, window))),
    reader.walletsById(walletIds),
    reader.lastUsedAt([key.id]),
    levelsOf(keyAsHolder(key)),
    levelsOf(accountAsHolder(key)),
  ]);
  const spendIn = (bucket: Bucket, window: SpendWindow) => spent.get(counter(bucket, window).counterId) ?? NOTHING;
  return {
    limits: key.limits.spend.map((limit) => limitStanding(limit, spendIn(limit.bucket, limit.window))),
    spend: places.map(({ bucket, window }) => ({ bucket, window, amount: spendIn(bucket, window).spent })),
    rates: levels,
    accountRates: accountLevels,
    wallets: walletIds.flatMap((id) => wallets.get(id) ?? []),
    lastUsedAt: used.get(key.id) ?? null,
  };
}

export const NOTHING: CounterSpend = { spent: nano(0n), held: nano(0n) };

/** A policy that only prefers a type still reaches models that have only the other one. */
function bucketsOf(policy: RoutePolicy): readonly Bucket[] {
  const reached = TYPES_OF_POLICY[policy].map(bucketOf);
  return BUCKETS.filter((bucket) => reached.includes(bucket));
}
