/**
 * Reads a tree whose shape is not known yet. Names are checked even where the shape is wrong elsewhere, so that one run
 * shows every fault; what is not there reads as nothing.
 */
import { isRecord } from '../kernel/record';

export function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export interface Placed {
  readonly value: unknown;
  readonly path: readonly PropertyKey[];
}

/** The entries of the list `name` of each of `owners`, with their paths. */
export function entriesOf(owners: readonly Placed[], name: string): Placed[] {
  return owners.flatMap(({ value, path }) =>
    items(field(value, name)).map((item, index) => ({ value: item, path: [...path, name, index] })),
  );
}
