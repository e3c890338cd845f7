/** The rules for the policies that somebody wants a key to have. Each fault names the field and what to change. */
import { problemOfRange } from '../kernel/addresses';
import { wrong } from '../kernel/fault';
import { shown } from '../kernel/shown';
import type { Bucket } from '../kernel/words';
import {
  ADDRESSES_MAX,
  ALIASES_MAX,
  ATTEMPTS_MAX,
  type ChargeCeiling,
  DEADLINE_MAX_MS,
  DEADLINE_MIN_MS,
  type KeyPolicies,
  MODEL_NAME,
  type ModelAlias,
  type PriceCeiling,
} from './key-policies';
import { checkWhole } from './key-wishes';

/** @throws Fault `invalid_request` that names the field */
export function checkPolicies(policies: KeyPolicies, modelExists: (id: string) => boolean): KeyPolicies {
  checkWhole('maxAttempts', policies.maxAttempts, 1, ATTEMPTS_MAX);
  checkWhole('deadlineMs', policies.deadlineMs, DEADLINE_MIN_MS, DEADLINE_MAX_MS);
  checkPrices(policies.maxPrice);
  checkCharges(policies.maxCharge);
  checkAliases(policies.modelAliases, modelExists);
  checkAddresses(policies.allowedAddresses);
  return policies;
}

function checkPrices(ceilings: readonly PriceCeiling[]): void {
  checkBuckets('maxPrice', ceilings);
  ceilings.forEach(({ input, output }, index) => {
    if (input === null && output === null) throw wrong(`maxPrice[${index}]`, 'must have "input", "output" or both');
    if ((input ?? 0n) < 0n || (output ?? 0n) < 0n) throw wrong(`maxPrice[${index}]`, 'must not be negative');
  });
}

function checkCharges(ceilings: readonly ChargeCeiling[]): void {
  checkBuckets('maxCharge', ceilings);
  ceilings.forEach(({ amount }, index) => {
    if (amount <= 0n) throw wrong(`maxCharge[${index}].amount`, 'must be above zero');
  });
}

function checkBuckets(field: string, ceilings: readonly { readonly bucket: Bucket }[]): void {
  const seen = new Set<Bucket>();
  ceilings.forEach(({ bucket }, index) => {
    if (seen.has(bucket)) throw wrong(`${field}[${index}]`, `repeats the ceiling for ${bucket}`);
    seen.add(bucket);
  });
}

function checkAliases(aliases: readonly ModelAlias[], modelExists: (id: string) => boolean): void {
  if (aliases.length > ALIASES_MAX) throw wrong('modelAliases', `must be ${ALIASES_MAX} or fewer`);
  const names = new Set<string>();
  aliases.forEach(({ alias, model }, index) => {
    const place = `modelAliases[${index}]`;
    if (!MODEL_NAME.pattern.test(alias)) throw wrong(`${place}.alias`, MODEL_NAME.wanted);
    if (names.has(alias)) throw wrong(`${place}.alias`, `repeats the alias "${alias}"`);
    if (!modelExists(model)) throw wrong(`${place}.model`, `names the model "${shown(model)}", which does not exist`);
    names.add(alias);
  });
  const chained = aliases.findIndex(({ model }) => names.has(model));
  const target = aliases[chained]?.model;
  if (target !== undefined) throw wrong(`modelAliases[${chained}].model`, `must name a model, and "${target}" is an alias of this key`);
}

function checkAddresses(ranges: readonly string[]): void {
  if (ranges.length > ADDRESSES_MAX) throw wrong('allowedAddresses', `must be ${ADDRESSES_MAX} or fewer`);
  ranges.forEach((range, index) => {
    const problem = problemOfRange(range);
    if (problem !== null) throw wrong(`allowedAddresses[${index}]`, problem);
  });
}
