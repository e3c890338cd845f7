/** Where a fault lies, written as the operator would point at it: `routes[0].channels[1].channel`. */
import type { z } from 'zod';
import type { ConfigurationFault } from '../kernel/configuration-error';

export type Path = readonly PropertyKey[];

/** The path of faults that belong to the file as a whole. */
export const WHOLE_FILE = 'catalog';

function pathText(path: Path): string {
  if (path.length === 0) return WHOLE_FILE;
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}

export function fault(path: Path, problem: string): ConfigurationFault {
  return { path: pathText(path), problem };
}

/** The faults of what the schema found. What is of another kind than it should be is told that alone: its length is none. */
export function faultsOfIssues(issues: readonly z.core.$ZodIssue[]): ConfigurationFault[] {
  const misfits = new Set(issues.flatMap(({ code, path }) => (code === 'invalid_type' ? [pathText(path)] : [])));
  return issues.filter(({ code, path }) => code === 'invalid_type' || !misfits.has(pathText(path))).flatMap(faultsOfIssue);
}

/** The faults of one issue: an object with three unknown fields has three. */
function faultsOfIssue(issue: z.core.$ZodIssue): ConfigurationFault[] {
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => fault(issue.path, `its name ${message}`));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => fault([...issue.path, key], 'unknown field'));
  return [fault(issue.path, issue.message)];
}

/** Words for what is wrong, where the schema has none of its own. Never repeats the value: it may be a secret. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${WANTED[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must ${BE_OR_HAVE[issue.origin] ?? 'be'} at least ${issue.minimum}${UNIT[issue.origin] ?? ''}`;
    case 'too_big':
      return `must ${BE_OR_HAVE[issue.origin] ?? 'be'} at most ${issue.maximum}${UNIT[issue.origin] ?? ''}`;
    default:
      return undefined;
  }
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'text (put it in quotes)',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of named fields',
  record: 'a set of named fields',
};
const BE_OR_HAVE: Readonly<Record<string, string>> = { string: 'have', array: 'have' };
const UNIT: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };
