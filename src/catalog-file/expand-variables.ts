/** `${NAME}` in any text of the catalog stands for a variable of the environment, so that the file holds no secret. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault, type Path } from './fault-paths';

/** undefined: the variable is not set. */
export type Lookup = (name: string) => string | undefined;

const REFERENCE = /\$\{([^}]*)\}/g;
const UNFINISHED = /\$\{[^}]*$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The same tree with every reference replaced. One that cannot be stays as it is, and is a fault that names it. */
export function expandVariables(tree: unknown, lookup: Lookup): { tree: unknown; faults: readonly ConfigurationFault[] } {
  const faults: ConfigurationFault[] = [];
  const expand = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const expanded = expandText(value, lookup);
      faults.push(...expanded.problems.map((problem) => fault(path, problem)));
      return expanded.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, expand(item, [...path, name])]));
  };
  return { tree: expand(tree, []), faults };
}

function expandText(text: string, lookup: Lookup): { text: string; problems: string[] } {
  const problems: string[] = [];
  const expanded = text.replace(REFERENCE, (reference, name: string) => {
    const value = NAME.test(name) ? lookup(name) : undefined;
    if (value === undefined) problems.push(NAME.test(name) ? `the environment has no ${name}` : `${reference} names no variable`);
    return value ?? reference;
  });
  if (UNFINISHED.test(text)) problems.push('begins a ${ that no } ends');
  return { text: expanded, problems };
}
