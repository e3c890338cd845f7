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

const NONE: readonly RateHolder[] = [];

/**
 * The key, and then its account, at what the operator allows all its keys together, each where it has limits. In this order a key that is
 * beyond its own rates takes nothing of what its account has for the others.
 */
export function rateHoldersOf({ id, limits, accountId, accountRates }: ApiKey): readonly RateHolder[] {
  const [ofAccount, ofKey] = [hasRateLimits(accountRates), hasRateLimits(limits)];
  if (!ofAccount && !ofKey) return NONE;
  return [
    ...(ofKey ? [{ id, name: 'This key', limits }] : []),
    ...(ofAccount ? [{ id: `account ${accountId}`, name: 'The account of this key', limits: accountRates }] : []),
  ];
}
