/** Keys as rows. Amounts within the JSON of limits are texts of nano units, because JSON numbers lose digits. */
import { invariant } from '../kernel/invariant';
import { ROUTE_POLICIES } from '../kernel/words';
import { type ApiKey, type KeyLimits, type KeySecret, NO_RATES, type StoredKeyStatus } from '../keys/api-key';
import { ratesOf } from './account-mapping';
import { policiesOfText, textOfPolicies } from './key-policies-text';
import type { AccountRow } from './rows/account.row';
import type { ApiKeyRow } from './rows/api-key.row';
import type { KeySecretRow } from './rows/key-secret.row';
import { objectOf, parsedText, spendLimitsForJson, spendLimitsOfJson } from './spend-limits-text';
import { storedWord } from './sql/stored-words';

const STORED_STATUSES: readonly StoredKeyStatus[] = ['ACTIVE', 'PAUSED', 'REVOKED'];

/** A key as it is read, with its account; null: there is no such account. */
export type ApiKeyRead = ApiKeyRow & { readonly account: AccountRow | null };

/** @throws InvariantBroken when the row is no key */
export function apiKeyOfRow(row: ApiKeyRead): ApiKey {
  const place = `api_key "${row.id}"`;
  return {
    id: row.id,
    accountId: row.accountId,
    accountSuspended: row.account !== null && row.account.suspendedAt !== null,
    accountRates: row.account === null ? NO_RATES : ratesOf(row.account),
    projectId: row.projectId,
    name: row.name,
    prefix: row.prefix,
    status: storedWord(STORED_STATUSES, row.status, `the status of ${place}`),
    routePolicy: storedWord(ROUTE_POLICIES, row.routePolicy, `the route policy of ${place}`),
    crossBucketFallback: row.crossBucketFallback,
    allowedModels: row.allowedModels === null ? null : modelsOf(row.allowedModels, place),
    limits: limitsOf(row.limits, place),
    policies: policiesOfText(row.policies, place),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}

export function rowOfApiKey(key: ApiKey): ApiKeyRow {
  const { allowedModels, limits, policies, accountSuspended: _suspended, accountRates: _rates, ...columns } = key;
  const { requestsPerMinute, tokensPerMinute, concurrency } = limits;
  return {
    ...columns,
    allowedModels: allowedModels === null ? null : JSON.stringify(allowedModels),
    limits: JSON.stringify({ requestsPerMinute, tokensPerMinute, concurrency, spend: spendLimitsForJson(limits.spend) }),
    policies: textOfPolicies(policies),
  };
}

export function keySecretOfRow(row: KeySecretRow): KeySecret {
  return { hash: row.hash, keyId: row.keyId, validUntil: row.validUntil };
}

function modelsOf(json: string, place: string): readonly string[] {
  const models = parsedText(json, `the allowed models of ${place}`);
  invariant(
    Array.isArray(models) && models.every((model) => typeof model === 'string'),
    `the allowed models of ${place} are a list of ids`,
  );
  return models;
}

function limitsOf(json: string, place: string): KeyLimits {
  const limits = objectOf(parsedText(json, `the limits of ${place}`), `the limits of ${place} are an object`);
  return {
    requestsPerMinute: countOf(limits['requestsPerMinute'], place),
    tokensPerMinute: countOf(limits['tokensPerMinute'], place),
    concurrency: countOf(limits['concurrency'], place),
    spend: spendLimitsOfJson(limits['spend'], place),
  };
}

function countOf(value: unknown, place: string): number | null {
  invariant(value === null || (typeof value === 'number' && Number.isSafeInteger(value)), `the limits of ${place} are whole numbers`);
  return value;
}
