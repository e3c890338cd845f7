/** Other names of models, and what keys ask of their requests: what is named exists, and nothing leads to another name. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { isRecord } from '../kernel/record';
import { fault } from './fault-paths';
import { entriesOf, field, type Placed, text } from './loose';
import { at, type Names, repeatedBy, unknownName } from './names';

/** An alias names a model. What leads to another alias is refused with its whole path, which shows whether it ends. */
export function faultsOfAliases(root: Placed, models: Names): ConfigurationFault[] {
  const aliases = at(root, 'aliases');
  const targets = targetsIn(aliases.value);
  return [...targets.keys()].flatMap((alias) => {
    const place = at(aliases, alias);
    const target = targets.get(alias);
    if (models.has(alias)) return [fault(place.path, 'is the id of a model already')];
    if (target !== undefined && targets.has(target)) return [fault(place.path, chainFrom(alias, targets))];
    return unknownName(place, models, 'model');
  });
}

function targetsIn(value: unknown): ReadonlyMap<string, string> {
  if (!isRecord(value)) return new Map();
  return new Map(
    Object.keys(value).flatMap((alias) => {
      const target = text(field(value, alias));
      return target === undefined ? [] : [[alias, target] as const];
    }),
  );
}

function chainFrom(alias: string, targets: ReadonlyMap<string, string>): string {
  const path = [alias];
  let next = targets.get(alias);
  while (next !== undefined && !path.includes(next)) {
    path.push(next);
    next = targets.get(next);
  }
  if (next === undefined) return `must name a model itself, and not another alias: ${path.join(' -> ')}`;
  return `leads in a circle, and to no model: ${[...path, next].join(' -> ')}`;
}

/** Ceilings once for each bucket, aliases once each, and each of a model that exists. */
export function faultsOfPolicies(key: Placed, models: Names): ConfigurationFault[] {
  const aliases = entriesOf([key], 'modelAliases');
  const names = new Set(aliases.flatMap(({ value }) => text(field(value, 'alias')) ?? []));
  return [
    ...['maxPrice', 'maxCharge'].flatMap((list) => repeatedIn(entriesOf([key], list), 'bucket', 'ceiling of this key is for')),
    ...repeatedIn(aliases, 'alias', 'alias of this key is'),
    ...aliases.flatMap((entry) => {
      const target = at(entry, 'model');
      const isAlias = names.has(text(target.value) ?? '');
      return isAlias
        ? [fault(target.path, `must name a model, and "${text(target.value)}" is an alias of this key`)]
        : unknownName(target, models, 'model');
    }),
  ];
}

function repeatedIn(entries: readonly Placed[], name: string, what: string): ConfigurationFault[] {
  const nameOf = ({ value }: Placed) => text(field(value, name));
  return repeatedBy(entries, nameOf).map((entry) => fault(entry.path, `another ${what} ${nameOf(entry)}`));
}
