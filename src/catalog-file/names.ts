/** The two questions about names in a tree: does what is referred to exist, and does another one have the name already. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault } from './fault-paths';
import { entriesOf, field, type Placed, text } from './loose';

export type Names = ReadonlySet<string>;

/** A field of an entry, with its path. */
export function at(entry: Placed, name: string): Placed {
  return { value: field(entry.value, name), path: [...entry.path, name] };
}

export function idsOf(entries: readonly Placed[]): Names {
  return new Set(entries.flatMap((entry) => text(field(entry.value, 'id')) ?? []));
}

/** A fault unless the reference is among the known names, or is no text at all. */
export function unknownName(reference: Placed, known: Names, what: string): ConfigurationFault[] {
  const name = text(reference.value);
  if (name === undefined || known.has(name)) return [];
  return [fault(reference.path, `unknown ${what} "${name}"`)];
}

/** The entries whose name an earlier one has. Entries without a name are passed over. */
export function repeatedBy<T>(entries: readonly T[], nameOf: (entry: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const name = nameOf(entry);
    if (name === undefined) return false;
    const repeated = seen.has(name);
    seen.add(name);
    return repeated;
  });
}

export function repeatedIds(entries: readonly Placed[], what: string): ConfigurationFault[] {
  const ids = entries.map((entry) => at(entry, 'id'));
  return repeatedBy(ids, (id) => text(id.value)).map((id) => fault(id.path, `another ${what} has the id "${text(id.value)}"`));
}

/** The texts of a list that stand in it before. They are not repeated: some are secrets. */
export function listedTwice(owner: Placed, list: string): ConfigurationFault[] {
  return repeatedBy(entriesOf([owner], list), ({ value }) => text(value)).map(({ path }) => fault(path, 'stands in the list already'));
}
