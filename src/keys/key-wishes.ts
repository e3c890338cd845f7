/** The rules for a key that somebody wants to have. Each fault names the field and what to change. */
import { wrong } from '../kernel/fault';
import { shown } from '../kernel/shown';
import type { KeyLimits, RateLimits, SpendLimit } from './api-key';

const LIMIT_MAX = 1_000_000_000;
const MODELS_MAX = 1_000;

/**
 * Models that exist, each once; null: every model that the route policy reaches.
 * @throws Fault `invalid_request`
 */
export function checkModels(models: readonly string[] | null, modelExists: (id: string) => boolean): readonly string[] | null {
  if (models === null) return null;
  if (models.length === 0 || models.length > MODELS_MAX) {
    throw wrong('allowedModels', `must name 1 to ${MODELS_MAX} models; null allows every model`);
  }
  const unknown = models.find((model) => !modelExists(model));
  if (unknown !== undefined) throw wrong('allowedModels', `names the model "${shown(unknown)}", which does not exist`);
  const repeated = models.find((model, index) => models.indexOf(model) !== index);
  if (repeated !== undefined) throw wrong('allowedModels', `names the model "${shown(repeated)}" twice`);
  return models;
}

/** @throws Fault `invalid_request` */
export function checkLimits(limits: KeyLimits): KeyLimits {
  checkRates(limits);
  checkSpendLimits(limits.spend);
  return limits;
}

/** @throws Fault `invalid_request` */
export function checkRates(rates: RateLimits): RateLimits {
  checkWhole('requestsPerMinute', rates.requestsPerMinute, 1, LIMIT_MAX);
  checkWhole('tokensPerMinute', rates.tokensPerMinute, 1, LIMIT_MAX);
  checkWhole('concurrency', rates.concurrency, 1, LIMIT_MAX);
  return rates;
}

/** @throws Fault `invalid_request` */
export function checkExpiry(expiresAt: number | null, now: number): number | null {
  if (expiresAt !== null && expiresAt <= now) throw wrong('expiresAt', 'must lie in the future; null is for a key that does not expire');
  return expiresAt;
}

/** null: there is no such limit. @throws Fault `invalid_request` */
export function checkWhole(field: string, value: number | null, from: number, to: number): void {
  if (value === null || (Number.isInteger(value) && value >= from && value <= to)) return;
  throw wrong(field, `must be a whole number from ${from} to ${to}; null is no limit`);
}

/** @throws Fault `invalid_request` */
export function checkSpendLimits(limits: readonly SpendLimit[]): readonly SpendLimit[] {
  const seen = new Set<string>();
  limits.forEach((limit, index) => {
    if (limit.amount <= 0n) throw wrong(`spendLimits[${index}].amount`, 'must be above zero');
    const place = `${limit.bucket} per ${limit.window}`;
    if (seen.has(place)) throw wrong(`spendLimits[${index}]`, `repeats the limit for ${place}`);
    seen.add(place);
  });
  return limits;
}
