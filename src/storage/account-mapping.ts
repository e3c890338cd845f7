/** Accounts as rows. */
import type { Account, NewAccount } from '../keys/account-store';
import { NO_RATES, type RateLimits } from '../keys/api-key';
import type { AccountRow } from './rows/account.row';

export function accountOfRow({ id, name, createdAt, suspendedAt, ...row }: AccountRow): Account {
  return { id, name, createdAt, suspendedAt, rates: ratesOf(row) };
}

export function rowOfNewAccount({ id, name, createdAt }: NewAccount): AccountRow {
  return { id, name, createdAt, suspendedAt: null, ...NO_RATES };
}

export function ratesOf({ requestsPerMinute, tokensPerMinute, concurrency }: RateLimits): RateLimits {
  return { requestsPerMinute, tokensPerMinute, concurrency };
}
