/** Spend limits as JSON. Amounts are texts of nano units, because JSON numbers lose digits. */
import { InvariantBroken, invariant } from '../kernel/invariant';
import { nano } from '../kernel/money';
import { BUCKETS, SPEND_WINDOWS } from '../kernel/words';
import type { SpendLimit } from '../keys/api-key';
import { storedWord } from './sql/stored-words';

const WHOLE = /^\d{1,19}$/;

export function spendLimitsForJson(limits: readonly SpendLimit[]): object[] {
  return limits.map(({ bucket, window, amount }) => ({ bucket, window, amount: amount.toString() }));
}

/** @throws InvariantBroken when the value is no list of limits */
export function spendLimitsOfJson(value: unknown, place: string): SpendLimit[] {
  invariant(Array.isArray(value), `the spend limits of ${place} are a list`);
  return value.map((limit) => spendLimitOf(limit, place));
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

/** @throws InvariantBroken */
export function objectOf(value: unknown, why: string): Readonly<Record<string, unknown>> {
  invariant(typeof value === 'object' && value !== null, why);
  return value as Readonly<Record<string, unknown>>;
}

/** @throws InvariantBroken */
export function parsedText(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new InvariantBroken(`${what} are not JSON in the database`);
  }
}
