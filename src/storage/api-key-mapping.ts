/** Keys as rows. Amounts within the JSON of limits are texts of nano units, because JSON numbers lose digits. */
import { InvariantBroken, invariant } from '../kernel/invariant';
import { nano } from '../kernel/money';
import { BUCKETS, ROUTE_POLICIES, SPEND_WINDOWS } from '../kernel/words';
import type { ApiKey, KeyLimits, KeySecret, SpendLimit, StoredKeyStatus } from '../keys/api-key';
import type { ApiKeyRow } from './rows/api-key.row';
import type { KeySecretRow } from './rows/key-secret.row';
import { storedWord } from './stored-words';

const STORED_STATUSES: readonly StoredKeyStatus[] = ['ACTIVE', 'PAUSED', 'REVOKED'];
const WHOLE = /^\d{1,19}$/;

/** @throws InvariantBroken when the row is no key */
export function apiKeyOfRow(row: ApiKeyRow): ApiKey {
  const place = `api_key "${row.id}"`;
  return {
    id: row.id,
    accountId: row.accountId,
    projectId: row.projectId,
    name: row.name,
    prefix: row.prefix,
    status: storedWord(STORED_STATUSES, row.status, `the status of ${place}`),
    routePolicy: storedWord(ROUTE_POLICIES, row.routePolicy, `the route policy of ${place}`),
    crossBucketFallback: row.crossBucketFallback,
    allowedModels: row.allowedModels === null ? null : modelsOf(row.allowedModels, place),
    limits: limitsOf(row.limits, place),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}

export function rowOfApiKey(key: ApiKey): ApiKeyRow {
  const { allowedModels, limits, ...columns } = key;
  const spend = limits.spend.map(({ bucket, window, amount }) => ({ bucket, window, amount: amount.toString() }));
  const { requestsPerMinute, tokensPerMinute, concurrency } = limits;
  return {
    ...columns,
    allowedModels: allowedModels === null ? null : JSON.stringify(allowedModels),
    limits: JSON.stringify({ requestsPerMinute, tokensPerMinute, concurrency, spend }),
  };
}

export function keySecretOfRow(row: KeySecretRow): KeySecret {
  return { hash: row.hash, keyId: row.keyId, validUntil: row.validUntil };
}

function modelsOf(json: string, place: string): readonly string[] {
  const models = parsed(json, `the allowed models of ${place}`);
  invariant(
    Array.isArray(models) && models.every((model) => typeof model === 'string'),
    `the allowed models of ${place} are a list of ids`,
  );
  return models;
}

function limitsOf(json: string, place: string): KeyLimits {
  const limits = objectOf(parsed(json, `the limits of ${place}`), `the limits of ${place} are an object`);
  const spend = limits['spend'];
  invariant(Array.isArray(spend), `the spend limits of ${place} are a list`);
  return {
    requestsPerMinute: countOf(limits['requestsPerMinute'], place),
    tokensPerMinute: countOf(limits['tokensPerMinute'], place),
    concurrency: countOf(limits['concurrency'], place),
    spend: spend.map((limit) => spendLimitOf(limit, place)),
  };
}

function countOf(value: unknown, place: string): number | null {
  invariant(value === null || (typeof value === 'number' && Number.isSafeInteger(value)), `the limits of ${place} are whole numbers`);
  return value;
}

function spendLimitOf(value: unknown, place: string): SpendLimit {
  const limit = objectOf(value, `a spend limit of ${place} is an object`);
  const amount = String(limit['amount']);
  invariant(WHOLE.test(amount), `a spend limit of ${place} has an amount in nano units`);
  return {
    bucket: storedWord(BUCKETS, String(limit['bucket']), `the bucket of a spend limit of ${place}`),
    window: storedWord(SPEND_WINDOWS, String(limit['window']), `the window of a spend limit of ${place}`),
    amount: nano(BigInt(amount)),
  };
}

function objectOf(value: unknown, why: string): Readonly<Record<string, unknown>> {
  invariant(typeof value === 'object' && value !== null, why);
  return value as Readonly<Record<string, unknown>>;
}

function parsed(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new InvariantBroken(`${what} are not JSON in the database`);
  }
}
