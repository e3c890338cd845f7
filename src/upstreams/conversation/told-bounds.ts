/** What binds values in a schema, for a provider that does not keep to it: said where the model reads it. */

const LOWER = new Set(['minimum', 'exclusiveMinimum']);
const UPPER = new Set(['maximum', 'exclusiveMaximum']);

/** Zod says of every integer that it is one that JavaScript can count to. */
export function bindsNothing(name: string, value: unknown): boolean {
  if (LOWER.has(name)) return typeof value === 'number' && value <= Number.MIN_SAFE_INTEGER;
  return UPPER.has(name) && typeof value === 'number' && value >= Number.MAX_SAFE_INTEGER;
}

/** The description of a schema, with what binds behind it. */
export function describedWith(description: unknown, bounds: readonly (readonly [name: string, value: unknown])[]): string {
  const told = `{${bounds.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')}}`;
  return typeof description === 'string' && description !== '' ? `${description}\n\n${told}` : told;
}
