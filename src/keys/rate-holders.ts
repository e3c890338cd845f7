/** Who is held to rates in a call of a key. */
import type { ApiKey } from './api-key';
import { hasRateLimits, type RateLimits } from './rate-limiter';

export interface RateHolder {
  /** Names it among all holders: no id of a key has a space. */
  readonly id: string;
  /** In the words of who is refused. */
  readonly name: string;
  readonly limits: RateLimits;
}

/**
 * The key, and then its account, at what the operator allows all its keys together, each where it has limits. In this order a key that is
 * beyond its own rates takes nothing of what its account has for the others.
 */
export function rateHoldersOf(key: ApiKey): readonly RateHolder[] {
  return [keyAsHolder(key), accountAsHolder(key)].filter((holder) => holder !== null);
}

/** null: the key has no rates of its own. */
export function keyAsHolder({ id, limits }: ApiKey): RateHolder | null {
  return hasRateLimits(limits) ? { id, name: 'This key', limits } : null;
}

/** null: the operator has given its account none. */
export function accountAsHolder({ accountId, accountRates }: ApiKey): RateHolder | null {
  if (!hasRateLimits(accountRates)) return null;
  return { id: `account ${accountId}`, name: 'The account of this key', limits: accountRates };
}
