/** The policies of a key as JSON, without those that it does not have. Amounts are texts of nano units, because JSON numbers lose digits. */
import { invariant } from '../kernel/invariant';
import { type Nano, nano } from '../kernel/money';
import { BUCKETS } from '../kernel/words';
import { type ChargeCeiling, type KeyPolicies, type ModelAlias, NO_POLICIES, type PriceCeiling } from '../keys/key-policies';
import { objectOf, parsedText } from './spend-limits-text';
import { storedWord } from './sql/stored-words';

const WHOLE = /^\d{1,19}$/;

/** null: the key has none. */
export function textOfPolicies(policies: KeyPolicies): string | null {
  const { maxAttempts, deadlineMs, maxPrice, maxCharge, modelAliases, allowedAddresses } = policies;
  const said = {
    ...(maxAttempts !== null && { maxAttempts }),
    ...(deadlineMs !== null && { deadlineMs }),
    ...(maxPrice.length > 0 && { maxPrice }),
    ...(maxCharge.length > 0 && { maxCharge }),
    ...(modelAliases.length > 0 && { modelAliases }),
    ...(allowedAddresses.length > 0 && { allowedAddresses }),
  };
  if (Object.keys(said).length === 0) return null;
  return JSON.stringify(said, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** @throws InvariantBroken when the text holds something else */
export function policiesOfText(text: string | null, key: string): KeyPolicies {
  if (text === null) return NO_POLICIES;
  const place = `the policies of ${key}`;
  const stored = objectOf(parsedText(text, place), `${place} are an object`);
  return {
    maxAttempts: countOf(stored['maxAttempts'], place),
    deadlineMs: countOf(stored['deadlineMs'], place),
    maxPrice: entriesOf(stored['maxPrice'], place).map((entry) => priceCeilingOf(entry, place)),
    maxCharge: entriesOf(stored['maxCharge'], place).map((entry) => chargeCeilingOf(entry, place)),
    modelAliases: entriesOf(stored['modelAliases'], place).map((entry) => aliasOf(entry, place)),
    allowedAddresses: listOf(stored['allowedAddresses'], place).map((range) => textOf(range, place)),
  };
}

type Entry = Readonly<Record<string, unknown>>;

function listOf(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) return [];
  invariant(Array.isArray(value), `${place} have lists`);
  return value;
}

function entriesOf(value: unknown, place: string): Entry[] {
  return listOf(value, place).map((entry) => objectOf(entry, `${place} have lists of objects`));
}

function textOf(value: unknown, place: string): string {
  invariant(typeof value === 'string', `${place} have ranges that are texts`);
  return value;
}

function priceCeilingOf(entry: Entry, place: string): PriceCeiling {
  const amount = (name: string) => (entry[name] === null ? null : amountOf(entry[name], place));
  return { bucket: bucketOf(entry, place), input: amount('input'), output: amount('output') };
}

function chargeCeilingOf(entry: Entry, place: string): ChargeCeiling {
  return { bucket: bucketOf(entry, place), amount: amountOf(entry['amount'], place) };
}

function aliasOf({ alias, model }: Entry, place: string): ModelAlias {
  invariant(typeof alias === 'string' && typeof model === 'string', `${place} name models`);
  return { alias, model };
}

function bucketOf(entry: Entry, place: string) {
  return storedWord(BUCKETS, String(entry['bucket']), `a bucket of ${place}`);
}

function amountOf(value: unknown, place: string): Nano {
  invariant(typeof value === 'string' && WHOLE.test(value), `${place} have amounts in nano units`);
  return nano(BigInt(value));
}

function countOf(value: unknown, place: string): number | null {
  if (value === undefined) return null;
  invariant(typeof value === 'number' && Number.isSafeInteger(value), `${place} have whole numbers`);
  return value;
}
