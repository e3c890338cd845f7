/** The rules for a key that somebody wants to have. Each fault names the field and what to change. */
import { wrong } from '../kernel/fault';
import { shown } from '../kernel/shown';
import type { KeyLimits, SpendLimit } from './api-key';

const NAME_MAX = 200;
const LIMIT_MAX = 1_000_000_000;
const MODELS_MAX = 1_000;

/** @throws Fault `invalid_request` */
export function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > NAME_MAX) throw wrong('name', `must have 1 to ${NAME_MAX} characters`);
  return trimmed;
}

/**
 * Models that exist, each once; null: every model that the route policy reaches.
 * @throws Fault `invalid_request`
 */
export function checkModels(models: readonly string[] | null, modelExists: (id: string) => boolean): readonly string[] | null {
  if (models === null) return null;
  if (models.length === 0 || models.length > MODELS_MAX) {
    throw wrong('allowedModels', `must name 1 to ${MODELS_MAX} models; leave it out to allow every model`);
  }
  const unknown = models.find((model) => !modelExists(model));
  if (unknown !== undefined) throw wrong('allowedModels', `names the model "${shown(unknown)}", which does not exist`);
  const repeated = models.find((model, index) => models.indexOf(model) !== index);
  if (repeated !== undefined) throw wrong('allowedModels', `names the model "${shown(repeated)}" twice`);
  return models;
}

/** @throws Fault `invalid_request` */
export function checkLimits(limits: KeyLimits): KeyLimits {
  checkCount('requestsPerMinute', limits.requestsPerMinute);
  checkCount('tokensPerMinute', limits.tokensPerMinute);
  checkCount('concurrency', limits.concurrency);
  checkSpendLimits(limits.spend);
  return limits;
}

/** @throws Fault `invalid_request` */
export function checkExpiry(expiresAt: number | null, now: number): number | null {
  if (expiresAt !== null && expiresAt <= now)
    throw wrong('expiresAt', 'must lie in the future; leave it out for a key that does not expire');
  return expiresAt;
}

function checkCount(field: string, count: number | null): void {
  if (count === null) return;
  if (!Number.isInteger(count) || count < 1 || count > LIMIT_MAX) {
    throw wrong(field, `must be a whole number from 1 to ${LIMIT_MAX}; leave it out for no limit`);
  }
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
